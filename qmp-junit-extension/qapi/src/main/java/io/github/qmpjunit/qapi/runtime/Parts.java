package io.github.qmpjunit.qapi.runtime;

/** Is told what a value consists of, part by part. Implemented here only; the generated types call it. */
public sealed interface Parts permits Check, FormCheck, KnownNames, VersionCheck {

    /**
     * Note a member that every version has.
     *
     * @param name its name in the protocol
     * @param type its type
     */
    default void member(String name, QapiType<?> type) {
        member(name, type, "");
    }

    /**
     * Note a member.
     *
     * @param name its name in the protocol
     * @param type its type
     * @param versions which versions have it: {@code since 8.2}, {@code until 8.2}, or both; empty for all
     */
    void member(String name, QapiType<?> type, String versions);

    /**
     * Note that all members of another type belong to this object as well.
     *
     * @param type the other type
     */
    void embedded(QapiType<?> type);

    /**
     * Note one of the types that a value may have.
     *
     * @param type the type
     */
    void alternative(QapiType<?> type);
}
