/**
 * Where a QMP server is reached: UNIX sockets, TCP, TLS, plain streams. And who is at the other end.
 */
@NullMarked
package io.github.qmpjunit.qmp.transport;

import org.jspecify.annotations.NullMarked;
