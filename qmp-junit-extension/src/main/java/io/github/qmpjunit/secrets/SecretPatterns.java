package io.github.qmpjunit.secrets;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A table of secrets in special notations, without a confidential name in front. Each pattern is compiled when its sign first appears in a
 * text; most runs need none of them.
 */
final class SecretPatterns {

    /** A JSON string in one group, or a bare value in the next, in which QEMU's comma is written twice. */
    private static final String VALUE =
            "(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"|([^,\\s\"{}]++(?:,,[^,\\s\"{}]*+)*+))";

    private static final List<Notation> NOTATIONS = List.of(
            // A password in a URL; iscsi has a percent sign before it.
            new Notation("://", "\\w://[^/\\s:@\"]*:([^/\\s\"]+)@|iscsi://[^/\\s%@\"]*%([^/\\s@\"]+)@"),
            new Notation("rbd:", "rbd:[^\\s,\"]{1,500}:key=([^:,\\s\"]+)"),
            new Notation("hooks.slack.com", "hooks\\.slack\\.com/services/(\\S+)"),
            // QEMU's human monitor, and our own shell.
            new Notation("set_password", "set_password\\s+\\w+\\s+(?:\"([^\"]*)\"|([^\\s\"]+))"),
            new Notation("vnc", "change\\s+vnc\\s+passw(?:or)?d\\s+(?:\"([^\"]*)\"|([^\\s\"]+))"),
            new Notation("qom-set", "qom-set\\s+\\S+\\s+data\\s+(?:\"([^\"]*)\"|([^\\s\"]+))"),
            new Notation("property=data", "property=data\\s+value=(?:\"([^\"]*)\"|([^\\s\"]+))"),
            // Keys.
            new Notation("PRIVATE KEY", "-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----((?s:.*?))(?:-----END|\\z)"),
            new Notation("Private-Lines", "Private-Lines: *\\d+\\s+([A-Za-z0-9+/=\\s]+)"),
            // systemd takes credentials out of SMBIOS, fw_cfg and the kernel's command line.
            new Notation(
                    "io.systemd.credential",
                    "io\\.systemd\\.credential(?:(?:\\.binary)?:[^=\\s,\"]+=|s/[^\\s,\"]+,string=)" + VALUE),
            new Notation("set_credential", "set_credential(?:_binary)?=[^:\\s\"]+:([^\\s\"]+)"),
            // Files and commands of accounts.
            new Notation("login ", "\\blogin\\s+\\S+\\s+password\\s+(\\S+)"),
            new Notation("chpasswd", "[^\\s:'\"|]+:([^\\s'\"|]+)['\"]?\\s*\\|\\s*(?:sudo\\s+)?chpasswd"),
            new Notation("--stdin", "echo\\s+['\"]?([^\\s'\"|]+)['\"]?\\s*\\|\\s*(?:sudo\\s+)?passwd\\s[^|]*--stdin"));

    private SecretPatterns() {}

    /** Add what is found in a text to the spans. */
    static void find(String text, List<Span> spans) {
        boolean hasColon = text.indexOf(':') >= 0;
        for (Notation notation : NOTATIONS) {
            if ((hasColon || !notation.needsColon) && text.contains(notation.sign)) {
                notation.find(text, spans);
            }
        }
    }

    private static final class Notation {

        private final String sign;
        private final boolean needsColon;
        private final String expression;
        private volatile @Nullable Pattern pattern;

        Notation(String sign, String expression) {
            this.sign = sign;
            this.needsColon = sign.indexOf(':') >= 0;
            this.expression = expression;
        }

        void find(String text, List<Span> spans) {
            Pattern made = pattern;
            if (made == null) {
                made = Pattern.compile(expression);
                pattern = made;
            }
            Matcher matcher = made.matcher(text);
            while (matcher.find()) {
                int group = 1;
                while (matcher.start(group) < 0) {
                    group++;
                }
                int start = matcher.start(group);
                int end = matcher.end(group);
                if (start < end && !SecretPlaces.isSwitch(text.substring(start, end))) {
                    spans.add(new Span(start, end));
                }
            }
        }
    }
}
