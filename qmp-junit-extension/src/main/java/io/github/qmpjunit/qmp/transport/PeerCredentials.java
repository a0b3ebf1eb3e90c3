package io.github.qmpjunit.qmp.transport;

import org.apiguardian.api.API;

/**
 * Who is at the other end of a UNIX socket, as the kernel tells it.
 *
 * @param pid the process id of the peer when it connected or listened
 * @param uid the user id of the peer
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public record PeerCredentials(long pid, long uid) {}
