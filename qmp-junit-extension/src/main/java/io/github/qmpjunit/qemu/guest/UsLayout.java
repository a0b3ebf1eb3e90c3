package io.github.qmpjunit.qemu.guest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The keys of a US keyboard for each character, by QEMU's names of keys. */
final class UsLayout {

    private static final Map<Integer, List<String>> CHORDS = new HashMap<>();

    static {
        for (char letter = 'a'; letter <= 'z'; letter++) {
            add(letter, Character.toUpperCase(letter), String.valueOf(letter));
        }
        String shiftedDigits = ")!@#$%^&*(";
        for (int digit = 0; digit <= 9; digit++) {
            add((char) ('0' + digit), shiftedDigits.charAt(digit), String.valueOf(digit));
        }
        add('-', '_', "minus");
        add('=', '+', "equal");
        add('[', '{', "bracket_left");
        add(']', '}', "bracket_right");
        add('\\', '|', "backslash");
        add(';', ':', "semicolon");
        add('\'', '"', "apostrophe");
        add('`', '~', "grave_accent");
        add(',', '<', "comma");
        add('.', '>', "dot");
        add('/', '?', "slash");
        CHORDS.put((int) ' ', List.of("spc"));
        CHORDS.put((int) '\t', List.of("tab"));
        CHORDS.put((int) '\n', List.of("ret"));
        CHORDS.put((int) '\b', List.of("backspace"));
    }

    private UsLayout() {}

    private static void add(char plain, char shifted, String key) {
        CHORDS.put((int) plain, List.of(key));
        CHORDS.put((int) shifted, List.of("shift", key));
    }

    /**
     * Return the keys to press, character by character.
     *
     * @throws IllegalArgumentException if there is a character that no key writes
     */
    static List<List<String>> chordsFor(String text) {
        List<List<String>> chords = new ArrayList<>();
        text.codePoints().forEach(character -> {
            List<String> chord = CHORDS.get(character);
            if (chord == null) {
                throw new IllegalArgumentException(
                        "Cannot type \"%s\" (U+%04X), number %s of the text's characters: no key of a US keyboard writes it. Press the keys that write it in your guest with press(...), or hand the text over by a console or the guest agent"
                                .formatted(Character.toString(character), character, chords.size() + 1));
            }
            chords.add(chord);
        });
        return chords;
    }
}
