package io.github.qmpjunit.qmp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.qmpjunit.qmp.QmpAcceptor;
import io.github.qmpjunit.qmp.QmpClient;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class QmpAddressTest {

    private static SSLContext context() throws NoSuchAlgorithmException {
        return SSLContext.getDefault();
    }

    @Test
    void tells_itself() throws Exception {
        assertThat(QmpAddress.unix(Path.of("/tmp/qmp"))).hasToString("unix:/tmp/qmp");
        assertThat(QmpAddress.tcp("localhost", 4444)).hasToString("tcp:localhost:4444");
        assertThat(QmpAddress.tcp("::1", 4444)).hasToString("tcp:[::1]:4444");
        assertThat(QmpAddress.tls("vm.test", 4444, context())).hasToString("tls:tcp:vm.test:4444");
        assertThat(QmpAddress.streams(InputStream.nullInputStream(), OutputStream.nullOutputStream()))
                .hasToString("a pair of streams");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void an_abstract_name_is_told_apart_from_a_path() {
        assertThat(QmpAddress.unixAbstract("qmp")).hasToString("unix:@qmp");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpAddress.unixAbstract("x".repeat(108)))
                .withMessageContaining("108 bytes")
                .withMessageContaining("1 to 107");
        assertThatIllegalArgumentException().isThrownBy(() -> QmpAddress.unixAbstract(""));
    }

    @Test
    void only_Linux_has_the_abstract_namespace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UnixAbstractAddress.requireLinux("Mac OS X", "qmp"))
                .withMessage(
                        "Only Linux has the abstract namespace of \"qmp\", but this is Mac OS X; use QmpAddress.unix(path)");
    }

    @Test
    void brackets_around_an_IPv6_address_may_stand_or_not() {
        assertThat(QmpAddress.tcp("[fe80::1]", 1)).isEqualTo(QmpAddress.tcp("fe80::1", 1));
    }

    @Test
    void a_TCP_address_needs_a_host_and_a_port() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpAddress.tcp(" ", 1))
                .withMessageContaining("needs a host");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpAddress.tcp("localhost", 65_536))
                .withMessage("65536 is not a TCP port; ports go from 0 to 65535");
        assertThatIllegalArgumentException().isThrownBy(() -> QmpAddress.tcp("localhost", -1));
    }

    @Test
    void nobody_connects_to_port_0() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpClient.connect(QmpAddress.tcp("localhost", 0)))
                .withMessageContaining("name the server's port");
    }

    @Test
    void nobody_listens_at_a_pair_of_streams() {
        QmpAddress streams = QmpAddress.streams(InputStream.nullInputStream(), OutputStream.nullOutputStream());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpAcceptor.bind(streams))
                .withMessageContaining("use QmpClient.connect");
    }

    @Test
    void TLS_runs_over_sockets_only() throws Exception {
        TlsOptions options = TlsOptions.of(context());
        QmpAddress streams = QmpAddress.streams(InputStream.nullInputStream(), OutputStream.nullOutputStream());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpAddress.tls(streams, options))
                .withMessage("TLS runs over a TCP port or a UNIX socket, not over a pair of streams");
    }

    @Test
    void TLS_over_a_UNIX_socket_must_be_told_the_name_to_check() throws Exception {
        QmpAddress address = QmpAddress.tls(QmpAddress.unix(Path.of("/nowhere")), TlsOptions.of(context()));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpClient.connect(address))
                .withMessageContaining("withHostName")
                .withMessageContaining("withoutHostNameCheck");
    }

    @Test
    void TLS_parameters_that_cannot_be_used_are_the_callers_mistake() throws Exception {
        TlsOptions options =
                TlsOptions.of(context()).withParameters(p -> p.setCipherSuites(new String[] {"TLS_NO_SUCH_SUITE"}));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpClient.connect(QmpAddress.tls(QmpAddress.tcp("127.0.0.1", 1), options)))
                .withMessageContaining("TLS_NO_SUCH_SUITE");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QmpAcceptor.bind(QmpAddress.tls(QmpAddress.tcp("127.0.0.1", 0), options)))
                .withMessageContaining("TLS_NO_SUCH_SUITE");
    }

    @Test
    void the_host_name_is_checked_by_clients_unless_switched_off() throws Exception {
        TlsOptions options = TlsOptions.of(context()).withParameters(p -> p.setNeedClientAuth(true));

        assertThat(options.parameters(true))
                .extracting(SSLParameters::getEndpointIdentificationAlgorithm)
                .isEqualTo("HTTPS");
        assertThat(options.withoutHostNameCheck().parameters(true).getEndpointIdentificationAlgorithm())
                .isNull();
        assertThat(options.parameters(false))
                .returns(null, SSLParameters::getEndpointIdentificationAlgorithm)
                .returns(true, SSLParameters::getNeedClientAuth);
    }
}
