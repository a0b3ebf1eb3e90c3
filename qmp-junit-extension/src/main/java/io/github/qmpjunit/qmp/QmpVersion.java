package io.github.qmpjunit.qmp;

import java.util.Comparator;
import org.apiguardian.api.API;
import tools.jackson.databind.JsonNode;

/**
 * The version of a QEMU, from its greeting.
 *
 * @param major the first number
 * @param minor the second number
 * @param micro the third number
 * @param packaging what the distributor added, such as {@code Debian 1:7.2+dfsg-7}; may be empty
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record QmpVersion(int major, int minor, int micro, String packaging) implements Comparable<QmpVersion> {

    private static final Comparator<QmpVersion> BY_NUMBER = Comparator.comparingInt(QmpVersion::major)
            .thenComparingInt(QmpVersion::minor)
            .thenComparingInt(QmpVersion::micro);

    static QmpVersion of(JsonNode version) {
        JsonNode qemu = version.path("qemu");
        return new QmpVersion(
                qemu.path("major").asInt(0),
                qemu.path("minor").asInt(0),
                qemu.path("micro").asInt(0),
                version.path("package").asString(""));
    }

    /**
     * Return whether this version is the given one or a later one.
     *
     * @param otherMajor the first number of the other version
     * @param otherMinor the second number of the other version
     * @return whether this version is at least the other
     */
    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return compareTo(new QmpVersion(otherMajor, otherMinor, 0, "")) >= 0;
    }

    /** Compare the three numbers; the packaging is ignored. */
    @Override
    public int compareTo(QmpVersion other) {
        return BY_NUMBER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + micro + (packaging.isEmpty() ? "" : " (" + packaging + ")");
    }
}
