open module com.example.tests {
    requires io.github.qmpjunit;
    requires io.github.qmpjunit.assertj;
    requires io.github.qmpjunit.qapi;
    requires org.junit.jupiter.api;
}
