package io.github.qmpjunit.qemu.launch;

import io.github.qmpjunit.qmp.QmpTranscript;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What takes down what a monitor says. Immutable.
 *
 * @param transcript makes the user's own transcript for a start; null if there is none
 * @param inMemory whether to keep the last messages in memory, also beside a transcript
 */
record Recording(@Nullable Supplier<QmpTranscript> transcript, boolean inMemory) {

    static final Recording NONE = new Recording(null, false);

    Recording withTranscript(Supplier<QmpTranscript> made) {
        return new Recording(made, inMemory);
    }

    Recording alsoInMemory() {
        return new Recording(transcript, true);
    }

    /** Return the transcript of a process that is about to start. */
    Optional<QmpTranscript> newTranscript() {
        QmpTranscript made = transcript == null ? null : transcript.get();
        if (inMemory) {
            made = made == null ? QmpTranscript.inMemory() : made.alsoInMemory();
        }
        return Optional.ofNullable(made);
    }
}
