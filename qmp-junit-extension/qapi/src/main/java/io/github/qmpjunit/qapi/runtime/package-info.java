/**
 * What the generated types of {@link io.github.qmpjunit.qapi} share.
 *
 * <p>A {@link io.github.qmpjunit.qapi.runtime.QapiObject} is a view of a JSON tree: it keeps what it does not know, and costs nothing
 * until somebody looks. A {@link io.github.qmpjunit.qapi.runtime.QapiType} reads a tree and says what is wrong with it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
@NullMarked
package io.github.qmpjunit.qapi.runtime;

import org.apiguardian.api.API;
import org.jspecify.annotations.NullMarked;
