/**
 * How bytes travel to and from a {@link io.github.qmpjunit.qmp.transport.QmpAddress}. Not exported: users name an address.
 */
@NullMarked
package io.github.qmpjunit.qmp.wire;

import org.jspecify.annotations.NullMarked;
