/** Writes the types of {@link io.github.qmpjunit.qapi} from facts about QEMU's schema; {@code scripts/update/qapi} runs it. */
package io.github.qmpjunit.qapi.generator;
