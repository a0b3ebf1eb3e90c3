package io.github.qmpjunit.assertj;

import io.github.qmpjunit.qmp.QmpClient;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Assertions about a QMP client: what it receives, and what the server answers. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1.0")
public class QmpClientAssert extends AbstractQmpAssert<QmpClientAssert, QmpClient> {

    /**
     * Create an assertion.
     *
     * @param actual the client
     */
    public QmpClientAssert(@Nullable QmpClient actual) {
        super(actual, QmpClientAssert.class);
    }

    @Override
    QmpClient client() {
        return actual;
    }
}
