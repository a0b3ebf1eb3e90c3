package io.github.qmpjunit.qmp.transport;

import org.apiguardian.api.API;

/**
 * The process at the other end of a UNIX socket, according to the kernel.
 *
 * @param pid the process id of the peer when it connected or listened
 * @param uid the user id of the peer
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record PeerCredentials(long pid, long uid) {}
