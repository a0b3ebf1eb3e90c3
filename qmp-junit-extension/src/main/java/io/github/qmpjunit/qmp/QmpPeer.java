package io.github.qmpjunit.qmp;

import io.github.qmpjunit.secrets.Secrets;
import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Gives a client what the owner of a connection knows about the process at its other end, so that messages can say more than the protocol does.
 *
 * <p>{@link io.github.qmpjunit.qmp.QmpClient QmpClient} works without it. Pass one to {@link QmpClientBuilder#peer} if you
 * start QEMU yourself:
 *
 * <pre>{@code
 * QmpPeer own = new QmpPeer() {
 *     @Override
 *     public String diagnose() {
 *         return process.isAlive() ? "" : "QEMU has exited with status " + process.exitValue();
 *     }
 * };
 * }</pre>
 *
 * <p>{@code QmpClient.builder().peer(own).connect(address)} makes a client that uses it.
 *
 * <p>By default, each method returns nothing. The methods may be called on any thread and must be thread-safe. They must not
 * execute commands of the client that asks.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public interface QmpPeer {

    /**
     * Return why the connection has ended, if the client did not end it. Called at most once for a connection, on the thread that
     * reads from it and before anyone learns of the end. It may wait briefly for the process to exit.
     *
     * @return a sentence, or an empty string if nothing is known; the default is empty
     */
    default String diagnose() {
        return "";
    }

    /**
     * Return what is known about the peer while it lives. Failed assertions append it. It must return at once.
     *
     * @return some lines, or an empty string; the default is empty
     */
    default String describe() {
        return "";
    }

    /**
     * Return the directory that holds this run's logs and transcripts. Failure messages name it. The client neither reads nor writes
     * there. The client calls it again for each message.
     *
     * @return the directory, which need not exist yet; empty by default
     */
    default Optional<Path> artefacts() {
        return Optional.empty();
    }

    /**
     * Return the collection of the peer's secrets. The client adds the secrets that it sends, and masks all of them in messages
     * and transcripts. It calls this once, when it is built.
     *
     * @return the secrets that are known so far, for example from the command line; a new collection by default
     */
    default Secrets secrets() {
        return new Secrets();
    }

    /**
     * Return a key that differs between programs with different schemas, for example the path, size and timestamp of the executable. Clients
     * of one program in this JVM ask for the schema once. The version need not be part of it. The client calls this on the first use of the schema.
     *
     * @return the key, or an empty string if the program is not known: its schema is not shared then; the default is empty
     */
    default String program() {
        return "";
    }
}
