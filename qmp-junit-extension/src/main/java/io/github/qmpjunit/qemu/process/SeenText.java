package io.github.qmpjunit.qemu.process;

/**
 * The text that a person sees on a terminal: without escape sequences, and with overwritten characters replaced when the
 * cursor moves back in a line.
 *
 * <p>For waits, each overwritten line is kept in front of its replacement: whether a wait sees it
 * must not depend on timing. Not thread-safe.
 */
final class SeenText {

    private static final char ESCAPE = '\u001B';
    private static final char BELL = '\u0007';
    private static final char DELETE = '\u007F';

    private enum State {
        PLAIN,
        /** After an escape character. */
        ESCAPED,
        /** In a control sequence: parameters and a final character. */
        CONTROL,
        /** In a text for the terminal itself, such as a window's title. */
        STRING
    }

    private final boolean keepsOverwritten;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder parameters = new StringBuilder();
    private State state = State.PLAIN;
    private boolean returned;

    /** Where the last line begins, and where the cursor is in it. */
    private int lineStart;

    private int column;

    /** The last line before a carriage return; its end stays visible where nothing has overwritten it. */
    private String under = "";

    private int unchanged;

    private SeenText(boolean keepsOverwritten) {
        this.keepsOverwritten = keepsOverwritten;
    }

    /** Return a text that keeps overwritten lines. */
    static SeenText forWaits() {
        return new SeenText(true);
    }

    /** Return the final visible text. */
    static String plain(CharSequence written) {
        SeenText seen = new SeenText(false);
        seen.write(written);
        return seen.text.toString();
    }

    /** Return the visible text; valid until the next write. */
    StringBuilder text() {
        return text;
    }

    /**
     * Write to the terminal.
     *
     * @return how many characters at the beginning of {@link #text} are unchanged
     */
    int write(CharSequence written) {
        unchanged = text.length();
        for (int i = 0; i < written.length(); i++) {
            write(written.charAt(i));
        }
        return unchanged;
    }

    /** Forget the first characters of the text. */
    void drop(int count) {
        text.delete(0, count);
        column = Math.max(0, column - Math.max(0, count - lineStart));
        lineStart = Math.max(0, lineStart - count);
    }

    private void write(char letter) {
        switch (state) {
            case ESCAPED -> escaped(letter);
            case CONTROL -> control(letter);
            case STRING -> string(letter);
            case PLAIN -> plain(letter);
        }
    }

    private void escaped(char letter) {
        if (letter == '[') {
            parameters.setLength(0);
            state = State.CONTROL;
        } else if (letter == ']' || letter == 'P' || letter == 'X' || letter == '^' || letter == '_') {
            state = State.STRING;
        } else if (letter < ' ') {
            state = State.PLAIN;
            plain(letter);
        } else if (letter > '/') { // otherwise more characters follow
            state = State.PLAIN;
        }
    }

    private void control(char letter) {
        if (letter >= '@' && letter <= '~') {
            state = State.PLAIN;
            perform(letter);
        } else if (letter < ' ') {
            state = State.PLAIN; // cut off
            plain(letter);
        } else {
            parameters.append(letter);
        }
    }

    private void string(char letter) {
        if (letter == BELL) {
            state = State.PLAIN;
        } else if (letter == ESCAPE) {
            state = State.ESCAPED; // the end is an escape character and a backslash
        } else if (letter == '\n') {
            state = State.PLAIN; // cut off
            plain(letter);
        }
    }

    private void plain(char letter) {
        switch (letter) {
            case ESCAPE -> state = State.ESCAPED;
            case '\n' -> endLine();
            case '\r' -> returned = true; // most often a line feed follows
            case '\b' -> moveTo(column - 1);
            default -> {
                if ((letter >= ' ' || letter == '\t') && letter != DELETE) {
                    put(letter);
                }
            }
        }
    }

    private void perform(char command) {
        switch (command) {
            case 'K', 'J' -> erase();
            case 'C' -> moveTo(cursor() + number(1));
            case 'D' -> moveTo(cursor() - number(1));
            case 'G' -> moveTo(number(1) - 1);
            default -> {
                // Colours, and positions elsewhere on the screen.
            }
        }
    }

    private int number(int otherwise) {
        String digits = parameters.toString();
        return digits.matches("[0-9]{1,4}") ? Integer.parseInt(digits) : otherwise;
    }

    private int cursor() {
        return returned ? 0 : column;
    }

    private void moveTo(int place) {
        beginAgainIfReturned();
        column = Math.max(0, place);
    }

    private void put(char letter) {
        beginAgainIfReturned();
        int place = lineStart + column++;
        if (place < text.length()) {
            unchanged = Math.min(unchanged, place);
            text.setCharAt(place, letter);
        } else {
            fillUpTo(place);
            text.append(letter);
        }
    }

    private void fillUpTo(int place) {
        while (text.length() < place) {
            int next = text.length() - lineStart;
            text.append(next < under.length() ? under.charAt(next) : ' ');
        }
    }

    private void erase() {
        beginAgainIfReturned();
        int kept = number(0) == 0 ? column : 0;
        under = under.substring(0, Math.min(kept, under.length()));
        int end = lineStart + kept;
        if (end < text.length()) {
            unchanged = Math.min(unchanged, end);
            text.setLength(end);
        }
    }

    private void endLine() {
        returned = false;
        showRest();
        text.append('\n');
        lineStart = text.length();
        column = 0;
        under = "";
    }

    private void showRest() {
        fillUpTo(lineStart + under.length());
    }

    private void beginAgainIfReturned() {
        if (!returned) {
            return;
        }
        returned = false;
        column = 0;
        if (keepsOverwritten && text.length() + under.length() > lineStart) {
            showRest();
            under = text.substring(lineStart);
            text.append('\n');
            lineStart = text.length();
        }
    }
}
