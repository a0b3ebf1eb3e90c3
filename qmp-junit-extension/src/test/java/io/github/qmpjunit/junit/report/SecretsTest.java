package io.github.qmpjunit.junit.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SecretsTest {

    private static Secrets ofArguments(String... arguments) {
        return Secrets.in(List.of(arguments), List.of());
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
                    https://host/disk
                    """)
    void what_only_looks_like_a_secret_stays(String argument) {
        assertThat(ofArguments(argument).isEmpty()).isTrue();
        assertThat(ofArguments(argument).mask(argument)).isEqualTo(argument);
    }

    @Test
    void messages_lose_what_is_secret() {
        JsonNode add = json("{'execute':'object-add','arguments':{'qom-type':'secret','id':'s','data':'a\\\"b&c1'}}");
        JsonNode older = json("{'qom-type':'secret','id':'s','props':{'data':'older-one','format':'raw'}}");
        JsonNode password = json("{'arguments':[{'protocol':'vnc','password':'pa55'}]}");
        Secrets secrets = Secrets.in(List.of(), List.of(add, older, password));

        assertThat(secrets.mask(add).path("arguments").path("data").asString()).isEqualTo("***");
        assertThat(secrets.mask(older).path("props")).isEqualTo(json("{'data':'***','format':'raw'}"));
        assertThat(secrets.mask(password)).isEqualTo(json("{'arguments':[{'protocol':'vnc','password':'***'}]}"));
        assertThat(secrets.mask(json("{'data':'else','n':1}"))).isEqualTo(json("{'data':'else','n':1}"));
    }

    @Test
    void a_secret_is_masked_wherever_it_turns_up() {
        Secrets secrets = Secrets.in(
                List.of("secret,id=s,data=hunter22"), List.of(json("{'qom-type':'secret','data':'q\\\"uote'}")));

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
        Secrets secrets = Secrets.in(List.of("-object", argument), List.of());
        String value = argument.substring(argument.indexOf("data=") + "data=".length());

        assertThat(secrets.mask("-object '" + argument + "'"))
                .doesNotContain(value)
                .contains("id=s,data=***");
        assertThat(secrets.mask("the guest says " + value)).isEqualTo("the guest says ***");
    }
}
