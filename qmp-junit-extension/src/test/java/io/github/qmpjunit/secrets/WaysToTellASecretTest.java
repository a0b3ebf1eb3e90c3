package io.github.qmpjunit.secrets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The ways of {@code ways.txt}: what is shown of each of them does not show the secret. */
class WaysToTellASecretTest {

    private static final String SECRET = "hunter2Xq9";
    private static final Pattern ENCODED = Pattern.compile("\\{U:([^{}]*)}");

    static List<String> ways() throws IOException {
        try (InputStream table = requireNonNull(WaysToTellASecretTest.class.getResourceAsStream("ways.txt"))) {
            return new String(table.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
    }

    private static String filled(String way) {
        String filled = way.replace("{S}", SECRET).replace("{B}", base64(SECRET));
        return ENCODED.matcher(filled).replaceAll(encoded -> Matcher.quoteReplacement(base64(encoded.group(1))));
    }

    private static String shown(Secrets secrets, String kind, String told) {
        return switch (kind) {
            case "args" -> String.join(" ", secrets.mask(words(told)));
            case "json" -> secrets.mask(JsonMapper.shared().readTree(told)).toString();
            default -> secrets.mask(told);
        };
    }

    private static Secrets learnt(String kind, String told) {
        return switch (kind) {
            case "args" -> new Secrets().learn(words(told));
            case "json" -> new Secrets().learn(JsonMapper.shared().readTree(told));
            default -> new Secrets().learn(told);
        };
    }

    private static List<String> words(String line) {
        return Arrays.stream(line.split(" "))
                .map(word -> word.startsWith("{") || line.startsWith("-object") ? word : spaced(word))
                .toList();
    }

    private static String spaced(String word) {
        return word.startsWith("console=") || word.startsWith("quiet") || word.startsWith("Authorization")
                ? word.replaceAll("_(?!password|TOKEN|credential)", " ")
                : word;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void is_masked(String way) {
        String kind = way.substring(0, 4);
        String told = filled(way.substring(5));

        for (Secrets secrets : List.of(new Secrets(), learnt(kind, told))) {
            assertThat(shown(secrets, kind, told))
                    .doesNotContain(SECRET)
                    .doesNotContain(base64(SECRET))
                    .satisfies(shown -> assertThat(decodedParts(shown)).noneMatch(part -> part.contains(SECRET)));
        }
    }

    /** What is told once is masked where it turns up later, whatever stands around it there. */
    @ParameterizedTest
    @MethodSource("ways")
    void is_known_from_then_on(String way) {
        String kind = way.substring(0, 4);
        String told = filled(way.substring(5));
        boolean isWhole = !told.contains(SECRET + "0")
                && !told.contains("_" + SECRET)
                && !told.contains("." + "eyJ" + SECRET)
                && !told.contains("session=")
                && !told.contains("Basic")
                && !told.contains("PGP")
                && !told.contains("OPENSSH")
                && !told.contains("input-data") // perhaps a password, perhaps a script
                && !told.contains(SECRET + "," + SECRET)
                && !told.contains(SECRET + ", " + SECRET)
                && !told.contains(SECRET + " " + SECRET)
                && !told.contains("passwords\": [") // as a text; as a message it is known
                && !told.contains("out-data"); // an answer, not a command
        if (isWhole) {
            assertThat(learnt(kind, told).mask("the guest says " + SECRET)).isEqualTo("the guest says ***");
        }
    }

    private static List<String> decodedParts(String shown) {
        return Pattern.compile("[A-Za-z0-9+/]{8,}={0,2}")
                .matcher(shown)
                .results()
                .map(match -> match.group().replaceAll("=", ""))
                .map(part -> part.substring(0, part.length() / 4 * 4))
                .map(part -> new String(Base64.getDecoder().decode(part), UTF_8))
                .toList();
    }

    @Test
    void there_are_at_least_sixty_four() throws IOException {
        assertThat(ways()).hasSizeGreaterThanOrEqualTo(64).doesNotHaveDuplicates();
    }

    /** What SECURITY.md says is not covered: nothing tells that it is a secret. When one of them is covered, its line goes there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "password: correct " + SECRET, // what follows a blank without quotes
                "echo " + SECRET + " | sudo -S id", // a word among words
                "htpasswd -b users me " + SECRET, // an argument that only its place explains
                "jdbc:oracle:thin:me/" + SECRET + "@host", // a notation that is not known
            })
    void cannot_be_told(String text) {
        assertThat(new Secrets().learn(text).mask(text)).contains(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "JSON parse error, unexpected token: foo",
                "PWD=/home/me OLDPWD=/tmp",
                "blockdev-add driver=luks,key-secret=sec0,node-name=n",
                "new-secret=sec1,old-secret=sec0",
                "tls-creds=tls0",
                "-vnc :1,password=on",
                "tests passed: 12, pass: 11, failed: 1",
                "max_tokens=100",
                "https://host/disk?format=raw&size=1",
                "send-key keys=ctrl-alt-delete",
                "SECRET_SANTA",
                "ssh -p 2222 host",
                "ssh_public_key=ssh-ed25519 AAAA",
                "query-vnc: auth: none",
                "sk-learn and eyJ and AKIA are no tokens",
                "if (password == null) return; // password: none",
                "bearer of bad news",
                "a ratio of 1:2, at 10:20:30"
            })
    void what_is_none_stays(String text) {
        assertThat(new Secrets().learn(text).mask(text)).isEqualTo(text);
        assertThat(new Secrets().learn(text).isEmpty()).isTrue();
    }

    /** Names and values are searched in one pass: what a guest writes cannot make it slow. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "password=",
                "password=\"",
                "password=[",
                "token: ",
                "--token ",
                "a=b&",
                "x,",
                "user[",
                "Bearer ",
                "<token>",
                "=",
                ":",
                "\\\"password\\\":\\\"",
                "://a:b",
                "ghp_",
                "mysql -p",
                "'",
                "chpasswd|x:y",
                "-----BEGIN PRIVATE KEY-----"
            })
    void nothing_takes_long(String part) {
        String text = part.repeat(1_000_000 / part.length());

        assertThat(new Secrets().mask(text)).isNotNull();
    }
}
