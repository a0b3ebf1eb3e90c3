package io.github.qmpjunit.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SecretsTest {

    private static Secrets ofArguments(String... arguments) {
        return new Secrets().learn(List.of(arguments));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    secret,id=s0,data=hunter22                     | secret,id=s0,data=***
                    secret,data=with,,comma,id=s0                  | secret,data=***,id=s0
                    qom-type=secret,id=s0,data=hunter22            | qom-type=secret,id=s0,data=***
                    {"qom-type": "secret", "data": "hunter22"}     | {"qom-type": "secret", "data": "***"}
                    addr=127.0.0.1,password=pa55,port=1            | addr=127.0.0.1,password=***,port=1
                    driver=https,url=https://me:pa55@host/disk     | driver=https,url=https://me:***@host/disk
                    set_password vnc pa55                          | set_password vnc ***
                    change vnc password pa55                       | change vnc password ***
                    object_add secret,id=s,data=x                  | object_add secret,id=s,data=***
                    id=s0,qom-type=secret,data=x                   | id=s0,qom-type=secret,data=***
                    secret,id=s0,data=x,,,format=raw               | secret,id=s0,data=***,format=raw
                    qom-set /objects/s0 data pa55                  | qom-set /objects/s0 data ***
                    qom-set path=/s0 property=data value=pa55      | qom-set path=/s0 property=data value=***
                    file.driver=https,file.cookie=a=b              | file.driver=https,file.cookie=***
                    iscsi://me%pa55@host/iqn/0                     | iscsi://me%***@host/iqn/0
                    rbd:pool/image:id=me:key=AQ==:mon_host=h       | rbd:pool/image:id=me:key=***:mon_host=h
                    MYSQL_PASSWORD=pa55                            | MYSQL_PASSWORD=***
                    {"name": "x", "psk" : "pa\\"55", "n": 1}        | {"name": "x", "psk" : "***", "n": 1}
                    value=io.systemd.credential:root.pw=pa55       | value=io.systemd.credential:root.pw=***
                    name=opt/io.systemd.credentials/pw,string=pa55 | name=opt/io.systemd.credentials/pw,string=***
                    AWS_SECRET_ACCESS_KEY=pa55                     | AWS_SECRET_ACCESS_KEY=***
                    DB_PASS=pa55                                   | DB_PASS=***
                    mysql --user=me --password=pa55 --port=1       | mysql --user=me --password=*** --port=1
                    """)
    void arguments_lose_what_is_secret(String argument, String masked) {
        assertThat(ofArguments(argument).mask(argument)).isEqualTo(masked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    127.0.0.1:1,password=on
                    driver=luks,key-secret=s0,password-secret=s1
                    secret,id=s0,file=/tmp/key
                    null,id=data0
                    data=1
                    PWD=/home/me
                    SECRET_SANTA
                    tls-creds-x509,id=t,dir=/tmp/pki,passwordid=s0
                    https://host/disk
                    """)
    void what_only_looks_like_a_secret_stays(String argument) {
        assertThat(ofArguments(argument).isEmpty()).isTrue();
        assertThat(ofArguments(argument).mask(argument)).isEqualTo(argument);
    }

    @Test
    void qemus_json_with_single_quotes_is_looked_into() {
        String object = "{'qom-type': 'secret', 'id': 's', 'data': 'it\\'s \"pa55\", isn\\'t it'}";
        String unparsed = "{'execute':'set_password','arguments':{'protocol':'vnc','password':'pa55'}}";

        assertThat(new Secrets().mask(object)).isEqualTo("{'qom-type': 'secret', 'id': 's', 'data': '***'}");
        assertThat(new Secrets().mask(List.of("-object", object)).get(1)).isEqualTo(new Secrets().mask(object));
        assertThat(new Secrets().mask(unparsed)).contains("'password':'***'}}");
    }

    @Test
    void the_value_of_a_variable_is_secret_to_its_end() {
        List<String> variables = List.of("DB_PASSWORD=correct horse, battery", "HOME=/home/me");
        JsonNode exec = json("{'execute':'guest-exec','arguments':{'path':'x','env':['MYSQL_PWD=correct horse']}}");

        assertThat(new Secrets().mask(variables)).containsExactly("DB_PASSWORD=***", "HOME=/home/me");
        assertThat(new Secrets().learn(variables).mask("so correct horse, battery"))
                .isEqualTo("so ***");
        assertThat(new Secrets().mask(exec).at("/arguments/env/0").asString()).isEqualTo("MYSQL_PWD=***");
        assertThat(new Secrets().learn(exec).mask("a correct horse")).isEqualTo("a ***");
    }

    @Test
    void credentials_of_systemd_may_have_spaces() {
        List<String> line = List.of(
                "type=11,value=io.systemd.credential:pw=correct horse",
                "name=opt/io.systemd.credentials/pw,string=correct horse,,s");

        assertThat(new Secrets().mask(line))
                .containsExactly(
                        "type=11,value=io.systemd.credential:pw=***", "name=opt/io.systemd.credentials/pw,string=***");
        assertThat(new Secrets().learn(line).mask("correct horse,s")).isEqualTo("***");
    }

    @Test
    void what_is_injected_into_a_confidential_guest_is_masked() {
        JsonNode inject = json("{'execute':'sev-inject-launch-secret',"
                + "'arguments':{'packet-header':'aGVhZA==','secret':'c2VjcmV0ZGF0YQ=='}}");

        assertThat(new Secrets().mask(inject).path("arguments"))
                .isEqualTo(json("{'packet-header':'aGVhZA==','secret':'***'}"));
    }

    @Test
    void messages_lose_what_is_secret() {
        JsonNode add = json("{'execute':'object-add','arguments':{'qom-type':'secret','id':'s','data':'a\\\"b&c1'}}");
        JsonNode older = json("{'qom-type':'secret','id':'s','props':{'data':'older-one','format':'raw'}}");
        JsonNode password = json("{'arguments':[{'protocol':'vnc','password':'pa55'}]}");
        Secrets secrets = new Secrets().learn(add).learn(older).learn(password);

        assertThat(secrets.mask(add).path("arguments").path("data").asString()).isEqualTo("***");
        assertThat(secrets.mask(older).path("props")).isEqualTo(json("{'data':'***','format':'raw'}"));
        assertThat(secrets.mask(password)).isEqualTo(json("{'arguments':[{'protocol':'vnc','password':'***'}]}"));
        assertThat(secrets.mask(json("{'data':'else','n':1}"))).isEqualTo(json("{'data':'else','n':1}"));
    }

    @Test
    void a_secret_is_masked_wherever_it_turns_up() {
        Secrets secrets =
                ofArguments("secret,id=s,data=hunter22").learn(json("{'qom-type':'secret','data':'q\\\"uote'}"));

        assertThat(secrets.mask("login: hunter22, JSON: q\\\"uote, plain: q\"uote"))
                .isEqualTo("login: ***, JSON: ***, plain: ***");
        assertThat(secrets.mask(json("{'x':['so hunter22 it is']}"))).isEqualTo(json("{'x':['so *** it is']}"));
    }

    @Test
    void a_short_one_is_masked_only_where_it_is_one() {
        Secrets secrets = ofArguments("secret,id=s,data=disk");

        assertThat(secrets.mask("disk: secret,id=s,data=disk")).isEqualTo("disk: secret,id=s,data=***");
    }

    @Test
    void a_very_long_text_is_no_trouble() {
        String text = "password=\"" + "x\\\"".repeat(300_000);
        assertThat(ofArguments(text).mask(text)).isNotNull();
        String commas = "password=" + "x,,".repeat(300_000);
        assertThat(ofArguments(commas).mask(commas)).isEqualTo("password=***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret,id=s,data=correct horse battery",
                "secret,id=s,data=Xy{9}kQ-tail",
                "secret,id=s,data={abc}hunter2222",
                "qom-type=secret,id=s,data=a \"quoted\" one"
            })
    void a_value_ends_at_its_comma_whatever_stands_in_it(String argument) {
        Secrets secrets = ofArguments("-object", argument);
        String value = argument.substring(argument.indexOf("data=") + "data=".length());

        assertThat(secrets.mask("-object '" + argument + "'"))
                .doesNotContain(value)
                .contains("id=s,data=***");
        assertThat(secrets.mask("the guest says " + value)).isEqualTo("the guest says ***");
    }

    @Test
    void a_whole_command_line_loses_short_ones_and_odd_ones_too() {
        List<String> line = List.of("qemu", "-object", "secret,id=s,data=a b", "-spice", "password=it's,port=1");

        assertThat(new Secrets().learn(line).mask(line))
                .containsExactly("qemu", "-object", "secret,id=s,data=***", "-spice", "password=***,port=1");
        assertThat(new Secrets().learn(line).mask("-spice 'password=it'\\''s,port=1'"))
                .doesNotContain("it'")
                .contains("port=1");
    }

    @Test
    void what_sets_a_secrets_data_later_is_masked() {
        JsonNode set =
                json("{'execute':'qom-set','arguments':{'path':'/objects/s0','property':'data','value':'hunter22'}}");
        JsonNode other = json("{'execute':'qom-set','arguments':{'path':'/objects/x','property':'size','value':'1G'}}");

        assertThat(new Secrets().mask(set).at("/arguments/value").asString()).isEqualTo("***");
        assertThat(new Secrets().learn(set).mask("so hunter22")).isEqualTo("so ***");
        assertThat(new Secrets().learn(other).isEmpty()).isTrue();
    }

    @Test
    void monitor_commands_in_messages_are_looked_into() {
        JsonNode command = json("{'execute':'human-monitor-command',"
                + "'arguments':{'command-line':'object_add secret,id=s,data=hunter22'}}");

        assertThat(new Secrets().mask(command).at("/arguments/command-line").asString())
                .isEqualTo("object_add secret,id=s,data=***");
        assertThat(new Secrets().learn(command).mask("hunter22?")).isEqualTo("***?");
    }

    @Test
    void base64_is_masked_as_what_it_means_too() {
        JsonNode command = json("{'execute':'guest-set-user-password',"
                + "'arguments':{'username':'root','password':'dG9wIHNlY3JldA==','crypted':false}}");
        Secrets secrets = new Secrets().learn(command);

        assertThat(secrets.mask("dG9wIHNlY3JldA== is top secret")).isEqualTo("*** is ***");
        assertThat(secrets.mask(command).at("/arguments/crypted").asBoolean(true))
                .isFalse();
    }

    @Test
    void what_stands_in_a_secrets_file_is_masked(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("key,1"), "hunter22\n");
        Secrets secrets = new Secrets()
                .learn(List.of("secret,id=s,file=" + file.toString().replace(",", ",,")));

        assertThat(secrets.mask("it is hunter22")).isEqualTo("it is ***");
        assertThat(secrets.mask(file.toString())).isEqualTo(file.toString());
    }

    @Test
    void a_private_key_is_masked_even_where_its_end_is_missing() {
        String key = "-----BEGIN RSA PRIVATE KEY-----\nMIIB/+8=\n";

        assertThat(new Secrets().mask("x\n" + key + "-----END RSA PRIVATE KEY-----\ny"))
                .isEqualTo("x\n-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\ny");
        assertThat(new Secrets().mask(key)).isEqualTo("-----BEGIN RSA PRIVATE KEY-----***");
    }

    @Test
    void the_words_themselves_stay_even_where_one_of_them_is_the_secret() {
        JsonNode add = json("{'execute':'object-add','arguments':{'qom-type':'secret','id':'s0','data':'secret'}}");

        assertThat(new Secrets().learn(add).mask(add))
                .isEqualTo(json("{'execute':'object-add','arguments':{'qom-type':'secret','id':'s0','data':'***'}}"));
    }

    @Test
    void what_holds_no_secret_is_not_copied() {
        JsonNode event = json("{'event':'STOP','data':{'list':[{'a':'b c'},1,null]}}");

        assertThat(new Secrets().learn(List.of("password=hunter22")).mask(event))
                .isSameAs(event);
    }
}
