plugins {
    java
}

repositories {
    // Only because there is no release yet.
    providers.gradleProperty("artefacts").orNull?.let { maven(url = it) }
    mavenCentral()
}

val qmpjunitVersion = providers.gradleProperty("qmpjunit.version").getOrElse("0.1.0-SNAPSHOT")

dependencies {
    testImplementation(platform("org.junit:junit-bom:6.1.3"))
    testImplementation("org.junit.jupiter:junit-jupiter")
    testImplementation("io.github.qmpjunit:qmp-junit-extension:$qmpjunitVersion")
    testImplementation("io.github.qmpjunit:qmp-assertj:$qmpjunitVersion")
    testRuntimeOnly("org.junit.platform:junit-platform-launcher")
}

tasks.withType<JavaCompile> {
    options.release = 17
}

tasks.test {
    useJUnitPlatform()
    if (JavaVersion.current() >= JavaVersion.VERSION_22) {
        jvmArgs("--enable-native-access=ALL-UNNAMED")
    }
}
