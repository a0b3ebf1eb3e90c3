package io.github.qmpjunit.secrets;

import java.util.List;

/**
 * A table of tokens that are recognizable by their prefix, by issuer. A prefix alone does not make a token; it
 * has a length as well.
 */
final class TokenShapes {

    /** A token has more characters than this. */
    static final int SHORTEST = 15;

    private record Shape(String prefix, int shortest) {}

    private static final List<Shape> SHAPES = List.of(
            new Shape("ghp_", 20), // GitHub
            new Shape("gho_", 20),
            new Shape("ghu_", 20),
            new Shape("ghs_", 20),
            new Shape("ghr_", 20),
            new Shape("github_pat_", 20),
            new Shape("glpat-", 16), // GitLab
            new Shape("glrt-", 16),
            new Shape("AKIA", 20), // AWS
            new Shape("ASIA", 20),
            new Shape("xoxb-", 16), // Slack
            new Shape("xoxp-", 16),
            new Shape("xoxa-", 16),
            new Shape("xoxs-", 16),
            new Shape("xapp-", 16),
            new Shape("sk-", 24), // OpenAI and others
            new Shape("sk_live_", 16), // Stripe
            new Shape("sk_test_", 16),
            new Shape("rk_live_", 16),
            new Shape("AIza", 35), // Google
            new Shape("ya29.", 20),
            new Shape("npm_", 30),
            new Shape("pypi-", 30),
            new Shape("hf_", 30),
            new Shape("dckr_pat_", 20),
            new Shape("dop_v1_", 30),
            new Shape("hvs.", 20), // Vault
            new Shape("SG.", 40), // SendGrid
            new Shape("shpat_", 30),
            new Shape("tskey-", 20),
            new Shape("eyJ", 30), // JSON Web Token
            new Shape("AGE-SECRET-KEY-", 40),
            new Shape("$1$", 20), // crypt(3)
            new Shape("$2a$", 30),
            new Shape("$2b$", 30),
            new Shape("$2y$", 30),
            new Shape("$5$", 30),
            new Shape("$6$", 30),
            new Shape("$y$", 30));

    private static final boolean[] BEGINS = new boolean[128];

    static {
        SHAPES.forEach(shape -> BEGINS[shape.prefix().charAt(0)] = true);
    }

    private TokenShapes() {}

    /** Return whether a token may begin with this character; cheap, to be asked of each. */
    static boolean mayBeginWith(char first) {
        return first < 128 && BEGINS[first];
    }

    /** Return where the token ends that begins at a place; -1 if none does. */
    static int endOf(String text, int begin) {
        for (Shape shape : SHAPES) {
            if (text.startsWith(shape.prefix(), begin)) {
                int end = begin + shape.prefix().length();
                while (end < text.length() && isPart(text.charAt(end), shape)) {
                    end++;
                }
                return end - begin >= shape.shortest() && isRandom(text, begin, end) ? end : -1;
            }
        }
        return -1;
    }

    private static boolean isPart(char next, Shape shape) {
        return (next < 128 && Character.isLetterOrDigit(next))
                || next == '_'
                || next == '-'
                || next == '.'
                || (shape.prefix().startsWith("$") && (next == '$' || next == '/' || next == '=' || next == ','));
    }

    /** Words have no digits. */
    private static boolean isRandom(String text, int begin, int end) {
        return text.substring(begin, end).chars().anyMatch(Character::isDigit);
    }
}
