package io.github.qmpjunit.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What CI providers read is what they can read; scripts/check/ci-recipes runs the steps of what users copy. */
class WorkflowsTest {

    private static final Path GITHUB = Path.of("../.github");
    private static final Path RECIPES = Path.of("../qmp-junit-extension/docs/ci");
    private static final YAMLMapper YAML = new YAMLMapper();

    static List<Path> workflows() throws IOException {
        List<Path> found = new ArrayList<>(yamlIn(GITHUB.resolve("workflows")));
        found.add(RECIPES.resolve("github-actions.yml"));
        return found;
    }

    private static List<Path> yamlIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void there_are_some() throws IOException {
        assertThat(workflows()).hasSizeGreaterThan(2);
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void workflows_have_jobs_of_steps_that_run_or_use_something(Path workflow) {
        JsonNode tree = YAML.readTree(workflow.toFile());

        // "on" is a boolean to a reader of YAML 1.1, and a name to one of 1.2.
        assertThat(tree.propertyNames()).contains("name", "permissions", "jobs").containsAnyOf("on", "true");
        assertThat(tree.path("jobs").properties()).isNotEmpty().allSatisfy(job -> {
            assertThat(job.getValue().path("runs-on").isString()).isTrue();
            assertThat(job.getValue().path("steps")).isNotEmpty().allSatisfy(step -> {
                assertThat(step.has("uses") ^ step.has("run"))
                        .as(step.toString())
                        .isTrue();
            });
        });
    }

    @ParameterizedTest
    @MethodSource("workflows")
    void our_own_actions_are_pinned_by_commit_and_say_which_version_it_is(Path workflow) throws IOException {
        List<String> actions = Files.readString(workflow)
                .lines()
                .filter(line -> line.contains("uses:"))
                .map(String::strip)
                .toList();

        assertThat(actions).isNotEmpty();
        if (workflow.startsWith(GITHUB)) {
            assertThat(actions)
                    .allSatisfy(action ->
                            assertThat(action).matches("(- )?uses: [\\w./-]+@[0-9a-f]{40} # v\\d+(\\.\\d+)*"));
        }
    }

    @Test
    void scripts_that_workflows_run_are_there() throws IOException {
        for (Path workflow : workflows()) {
            List<String> scripts = Pattern.compile("(?m)(?:^| )(scripts/[\\w/-]+|\\.ci/\\w+)")
                    .matcher(Files.readString(workflow))
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            assertThat(scripts)
                    .allSatisfy(
                            script -> assertThat(Path.of("..").resolve(script)).isExecutable());
        }
    }

    @Test
    void the_recipe_for_gitlab_has_a_job_with_a_script() {
        JsonNode job = YAML.readTree(RECIPES.resolve("gitlab-ci.yml").toFile()).path("tests");

        assertThat(job.propertyNames())
                .containsExactlyInAnyOrder("image", "variables", "cache", "before_script", "script", "artifacts");
        assertThat(job.path("script")).isNotEmpty().allMatch(JsonNode::isString);
        assertThat(job.at("/artifacts/reports/junit").asString()).contains("surefire-reports");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bug", "feature"})
    void forms_ask_for_something(String form) {
        JsonNode tree = YAML.readTree(
                GITHUB.resolve("ISSUE_TEMPLATE/%s.yml".formatted(form)).toFile());

        assertThat(tree.propertyNames()).contains("name", "description", "body");
        assertThat(tree.path("body"))
                .anyMatch(part -> part.at("/validations/required").asBoolean(false));
        assertThat(tree.path("body"))
                .allMatch(part -> List.of("markdown", "textarea", "input", "dropdown", "checkboxes")
                        .contains(part.path("type").asString()));
    }

    @Test
    void dependabot_looks_after_what_we_have() {
        JsonNode tree = YAML.readTree(GITHUB.resolve("dependabot.yml").toFile());

        assertThat(tree.path("version").asInt()).isEqualTo(2);
        assertThat(tree.path("updates").findValuesAsString("package-ecosystem"))
                .containsExactly("maven", "github-actions");
    }
}
