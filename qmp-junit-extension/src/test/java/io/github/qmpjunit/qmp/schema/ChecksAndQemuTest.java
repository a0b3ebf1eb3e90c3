package io.github.qmpjunit.qmp.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.qmpjunit.json.Json;
import io.github.qmpjunit.qemu.QemuMachine;
import io.github.qmpjunit.qmp.QmpCommand;
import io.github.qmpjunit.qmp.QmpErrorException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The check of a command finds fault with nothing that QEMU takes, and sees what QEMU refuses for its form, at any depth. */
class ChecksAndQemuTest {

    private static final String REFUSED = """
            blockdev-add {'driver':'null-co','node-name':'a1','size':'5'}
            blockdev-add {'driver':'raw','node-name':'a8','file':null}
            blockdev-add {'driver':'raw','node-name':'a9','file':5}
            blockdev-add {'driver':'raw','node-name':'b2','file':{}}
            blockdev-add {'driver':'raw','node-name':'b3','file':{'driver':'nope'}}
            blockdev-add {'driver':'raw','node-name':'b4','file':{'driver':'null-co','sise':5}}
            blockdev-add {'driver':'raw','node-name':'b5'}
            blockdev-add {'node-name':'b6'}
            blockdev-add {'driver':null,'node-name':'b7'}
            blockdev-add {'driver':'null-co','node-name':null}
            blockdev-add {'driver':'null-co','node-name':'b8','read-only':'on'}
            blockdev-add {'driver':'null-co','node-name':'c1','detect-zeroes':'On'}
            blockdev-add {'driver':'null-co','node-name':'c2','cache':{'direct':'yes'}}
            blockdev-add {'driver':'null-co','node-name':'c4','cache':[]}
            blockdev-add {'driver':'quorum','node-name':'c7','vote-threshold':1,'children':['a1',5]}
            blockdev-add {'driver':'qcow2','node-name':'d1','file':'nope','overlap-check':{'tmplate':'none'}}
            blockdev-add {'driver':'qcow2','node-name':'d5','file':'nope','encrypt':{'key-secret':'x'}}
            object-add {'qom-type':'memory-backend-ram','id':'m2'}
            object-add {'qom-type':'memory-backend-ram','id':'m3','size':'1M'}
            object-add {'qom-type':'memory-backend-ram','size':1048576}
            object-add {'qom-type':'nope','id':'m6'}
            netdev_add {'type':'user','id':'n2','hostfwd':'x'}
            netdev_add {'type':'hubport','id':'n4'}
            netdev_add {'type':'user','id':'n6','restrict':'y'}
            netdev_add {'type':'user','id':'n7','nope':1}
            chardev-add {'id':'c2','backend':{'type':'null'}}
            chardev-add {'id':'c4','backend':{'type':'ringbuf','data':{'size':'1'}}}
            chardev-add {'id':'c5','backend':{'data':{}}}
            transaction {'actions':[{'type':'abort'}]}
            transaction {'actions':[{'type':'abrt','data':{}}]}
            transaction {'actions':{}}
            transaction {}
            query-status {'a':1}
            migrate-set-capabilities {'capabilities':[{'capability':'xbzrle'}]}
            migrate-set-capabilities {'capabilities':[{'capability':'xbzrl','state':true}]}
            set_link {'name':'n1','up':1}
            input-send-event {'events':[{'type':'key','data':{'down':true,'key':{'type':'qcode','data':'aa'}}}]}
            qom-get {'path':'/machine'}
            qom-set {'path':'/machine','property':'x'}
            human-monitor-command {'command-line':5}
            screendump {'filename':'/dev/null','format':'PNG'}
            qmp_capabilities {'enable':['oobx']}
            nbd-server-start {'addr':{'type':'unix','path':'/nope/x'}}
            nbd-server-start {'addr':{'type':'inet','data':{'host':'localhost','port':10809}}}
            """;

    private static final String TAKEN = """
            blockdev-add {'driver':'null-co','node-name':'a4','size':65536}
            blockdev-add {'driver':'raw','node-name':'b1','file':{'driver':'null-co'}}
            blockdev-add {'driver':'quorum','node-name':'c6','vote-threshold':1,'children':[{'driver':'null-co'},{'driver':'null-co'}]}
            object-add {'qom-type':'memory-backend-ram','id':'m1','size':1048576}
            object-add {'qom-type':'memory-backend-ram','id':'m5','size':1048576,'host-nodes':[]}
            object-add {'qom-type':'throttle-group','id':'t1','x-bps-total':5}
            object-add {'qom-type':'throttle-group','id':'t2','limits':{'bps-total':5}}
            netdev_add {'type':'hubport','id':'n5','hubid':-1}
            chardev-add {'id':'c','backend':{'type':'null','data':{}}}
            transaction {'actions':[]}
            query-status {}
            migrate-set-parameters {'tls-creds':null}
            migrate-set-parameters {'tls-creds':'x'}
            migrate-set-parameters {'max-bandwidth':-5}
            input-send-event {'events':[{'type':'key','data':{'down':true,'key':{'type':'qcode','data':'a'}}}]}
            human-monitor-command {'command-line':'info status','cpu-index':0}
            """;

    private static List<QmpCommand> commands(String lines) {
        return lines.lines()
                .map(line -> line.split(" ", 2))
                .map(words -> QmpCommand.of(words[0], Json.MAPPER.readTree(words[1].replace('\'', '"'))))
                .toList();
    }

    @Test
    void both_find_fault_with_the_same_commands() {
        try (QemuMachine vm = QemuMachine.builder().machine("q35").start()) {
            QmpSchema schema = vm.qmp().schema();

            assertThat(commands(TAKEN)).allSatisfy(command -> {
                vm.qmp().execute(command);
                assertThat(schema.checkCommand(
                                command.name(), command.arguments().orElse(null)))
                        .isEmpty();
            });
            assertThat(commands(REFUSED)).allSatisfy(command -> {
                assertThatThrownBy(() -> vm.qmp().execute(command)).isInstanceOf(QmpErrorException.class);
                assertThat(schema.checkCommand(
                                command.name(), command.arguments().orElse(null)))
                        .hasSize(1);
            });
        }
    }
}
