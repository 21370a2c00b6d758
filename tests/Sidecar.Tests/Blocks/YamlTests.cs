using Sidecar.Resources;
using Sidecar.Running;
using Sidecar.Yaml;

namespace Sidecar.Tests.Blocks;

/// <summary>Every mistake is reported with its file, its line and the correct form, and all of them at once.</summary>
public sealed class YamlTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("yaml-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void All_mistakes_of_a_folder_are_reported_together()
    {
        Write(
            "a.yaml",
            """
            apiVersion: dapr.io/v1
            kind: Component
            metadata:
              name: store
            spec:
              type: state.in-memory
              version: v1
              metdata: []
            """
        );
        Write(
            "b.yaml",
            """
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata:
              name: orders
            spec:
              topic: orders
              routes:
                rules:
                - match: event.type == 'x'
            """
        );
        Write("c.yaml", "kind: Komponent\n");
        Write("d.yaml", "a: [1\n");
        Write("e.yaml", "kind: WorkflowAccessPolicy\n");
        var problems = new List<YamlProblem>();
        ResourceSet.Read([folder.FullName], problems);
        Assert.Equal(
            [
                ("a.yaml", 1, "'apiVersion' must be dapr.io/v1alpha1, not 'dapr.io/v1'"),
                ("a.yaml", 8, "'metdata' is not known here"),
                ("b.yaml", 6, "'pubsubname' is missing: the name of a pubsub component"),
                ("b.yaml", 9, "'path' is missing: the path of the app that takes matching events"),
                ("c.yaml", 1, "'Komponent' is not a kind of resource"),
                ("d.yaml", 2, "not valid YAML"),
                ("e.yaml", 1, "a WorkflowAccessPolicy has no effect on the embedded sidecar; see docs/fidelity.md"),
            ],
            problems
                .Select(problem =>
                    (Path.GetFileName(problem.File), problem.Line, problem.Message.Split("; known are", 2)[0].Split(": While", 2)[0])
                )
                .Select(item =>
                    item with
                    {
                        Item3 = item.Item3.StartsWith("not valid YAML", StringComparison.Ordinal) ? "not valid YAML" : item.Item3,
                    }
                )
        );
    }

    [Theory]
    [InlineData("one", "two", "two")] // a name that only another app has taken is free
    [InlineData("one", "two", "one")] // a name that is taken is taken, for other apps too
    [InlineData("one", "", "one")]
    [InlineData("one", "", "two")]
    [InlineData("", "two", "one")]
    public void A_name_is_taken_by_the_first_component_in_scope_of_the_app(string first, string second, string app)
    {
        const string component =
            "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: { name: store }\nspec: { type: state.in-memory, version: v1 }\n";
        Write("a.yaml", component + $"scopes: [{first}]");
        Write("b.yaml", component + $"scopes: [{second}]");
        var problems = new List<YamlProblem>();
        var isTaken = first.Length == 0 || first == app;

        var resources = ResourceSet.Load(app, [folder.FullName], problems);

        Assert.Equal(2, resources.Components.Count);
        Assert.Equal(isTaken ? 1 : 0, problems.Count);
        Assert.All(problems, problem =>
        {
            Assert.Equal(("b.yaml", 1), (Path.GetFileName(problem.File), problem.Line));
            Assert.StartsWith("duplicate definition of Component name store", problem.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_Resiliency_counts_only_as_the_first_document_of_its_file()
    {
        static string Resiliency(string name) =>
            $$"""
                apiVersion: dapr.io/v1alpha1
                kind: Resiliency
                metadata: { name: {{name}} }
                spec: { policies: {}, targets: {} }
                """;
        Write("a.yaml", $"{Resiliency("first")}\n---\n{Resiliency("second")}\n---\n{Store("store")}");
        Write("b.yaml", $"{Store("other")}\n---\n{Resiliency("third")}");
        var problems = new List<YamlProblem>();

        var resources = ResourceSet.Read([folder.FullName], problems);

        Assert.Equal("first", Assert.Single(resources.Resiliency).Name);
        Assert.Equal(2, resources.Components.Count);
        Assert.Equal([("a.yaml", 7), ("b.yaml", 7)], problems.Select(problem => (Path.GetFileName(problem.File), problem.Line)));
        Assert.All(problems, problem => Assert.Equal(Severity.IgnoredField, problem.Severity));
    }

    [Fact]
    public void Subscriptions_of_both_versions_are_read()
    {
        Write(
            "a.yaml",
            """
            apiVersion: dapr.io/v1alpha1
            kind: Subscription
            metadata: { name: one }
            spec: { pubsubname: events, topic: t, route: /r, deadLetterTopic: dead, bulkSubscribe: { enabled: true, maxMessagesCount: 7 } }
            scopes: [app]
            ---
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata: { name: two }
            spec: { pubsubname: events, topic: t, routes: { rules: [ { match: "event.type == 'x'", path: /x } ], default: /d } }
            """
        );
        var problems = new List<YamlProblem>();
        var subscriptions = ResourceSet.Read([folder.FullName], problems).Subscriptions;
        Assert.Empty(problems);
        Assert.Equal(
            ("/r", "dead", 7, true, false),
            (
                subscriptions[0].DefaultRoute,
                subscriptions[0].DeadLetterTopic,
                subscriptions[0].Bulk?.MaxMessages,
                subscriptions[0].AppliesTo("app"),
                subscriptions[0].AppliesTo("other")
            )
        );
        Assert.Equal(("/x", "/d"), (subscriptions[1].Rules[0].Path, subscriptions[1].DefaultRoute));
    }

    [Fact]
    public void A_run_template_merges_what_apps_have_in_common()
    {
        folder.CreateSubdirectory("components/embedded");
        folder.CreateSubdirectory("components/redis");
        folder.CreateSubdirectory("orders");
        var file = Write(
            "dapr.yaml",
            """
            version: 1
            common:
              resourcesPath: ./components/redis
              env: { COMMON: "1", BOTH: common }
            apps:
            - appID: orders
              appDirPath: ./orders
              appPort: 8081
              command: ["dotnet", "run"]
              env: { BOTH: own }
            - appDirPath: ./orders
              appID: other
            """
        );
        var template = RunTemplateReader.Read(file, "embedded");
        var orders = template.Apps[0];
        Assert.Equal(
            ("orders", 8081, "1", "own"),
            (orders.Options.AppId, orders.Options.AppPort, orders.Environment["COMMON"], orders.Environment["BOTH"])
        );
        Assert.Equal([Path.Combine(folder.FullName, "components", "embedded")], orders.Options.ResourcesPaths);
    }

    [Theory]
    [InlineData("./components/pubsub", null, "pubsub")] // a folder of Dapr's quickstarts: there are no sets
    [InlineData("./components/redis", null, "embedded")]
    [InlineData("./components/redis", "other", "other")]
    [InlineData("./components/subscription.yaml", null, "subscription.yaml")]
    public void A_component_folder_is_replaced_by_the_chosen_set_only_if_it_is_a_set(string named, string? set, string used)
    {
        if (named != "./components/pubsub")
        {
            foreach (var folderOfSet in (string[])["redis", "embedded", "other"])
            {
                folder.CreateSubdirectory($"components/{folderOfSet}");
                Write($"components/{folderOfSet}/store.yaml", Store("orders-store"));
            }
        }
        folder.CreateSubdirectory("components/pubsub");
        Write("components/pubsub/pubsub.yaml", Store("order-pub-sub"));
        Write("components/subscription.yaml", "");

        Assert.Equal(
            Path.Combine(folder.FullName, "components", used),
            Assert.Single(RunTemplateReader.Read(Template(named), set).Apps[0].Options.ResourcesPaths)
        );
    }

    [Fact]
    public void A_folder_with_other_components_than_the_sets_is_kept_and_reported()
    {
        folder.CreateSubdirectory("components/embedded");
        folder.CreateSubdirectory("components/pubsub");
        Write("components/embedded/store.yaml", Store("orders-store"));
        Write("components/pubsub/pubsub.yaml", Store("order-pub-sub"));

        var template = RunTemplateReader.Read(Template("./components/pubsub"), null, strict: false);

        Assert.EndsWith("pubsub", Assert.Single(template.Apps[0].Options.ResourcesPaths), StringComparison.Ordinal);
        Assert.Contains("does not declare 'order-pub-sub'", Assert.Single(template.Warnings).ToString(), StringComparison.Ordinal);
        Assert.Throws<InvalidConfigurationException>(() =>
            RunTemplateReader.Read(Template("./components/pubsub"), "embedded", strict: false)
        );
        Assert.Throws<InvalidConfigurationException>(() =>
            RunTemplateReader.Read(Template("./components/pubsub"), "nothing", strict: false)
        );
    }

    private string Template(string resources) =>
        Write(
            "dapr.yaml",
            $$"""
            version: 1
            apps:
            - { appID: app, appDirPath: ., resourcesPath: {{resources}} }
            """
        );

    private static string Store(string name) =>
        $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: { name: {{name}} }
            spec: { type: state.in-memory, version: v1 }
            """;

    [Fact]
    public void Every_mistake_of_a_run_template_is_reported()
    {
        var file = Write(
            "dapr.yaml",
            """
            version: 2
            apps:
            - appID: one
              appDirPath: ./missing
              appProtocol: carrier-pigeon
              appPort: 99999
              comand: ["x"]
            """
        );
        var problems = Assert.Throws<InvalidConfigurationException>(() => RunTemplateReader.Read(file, "embedded")).Problems;
        Assert.Equal([1, 4, 5, 6, 7], problems.Select(problem => problem.Line).Order());
        Assert.All(problems, problem => Assert.Equal(file, problem.File));
    }

    [Fact]
    public void App_id_with_dots_is_reported_with_its_line()
    {
        var file = Write(
            "dapr.yaml",
            """
            version: 1
            apps:
            - { appDirPath: ., appID: shop.orders }
            """
        );
        var problem = Assert.Single(Assert.Throws<InvalidConfigurationException>(() => RunTemplateReader.Read(file, "embedded")).Problems);
        Assert.Equal((file, 3), (problem.File, problem.Line));
        Assert.StartsWith("'shop.orders' cannot contain dots", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void App_id_that_a_run_template_declares_twice_is_reported_with_both_lines()
    {
        var file = Write(
            "dapr.yaml",
            """
            version: 1
            apps:
            - { appID: twin, appDirPath: . }
            - { appID: twin, appDirPath: . }
            """
        );
        var problem = Assert.Single(Assert.Throws<InvalidConfigurationException>(() => RunTemplateReader.Read(file, "embedded")).Problems);
        Assert.Equal((file, 4), (problem.File, problem.Line));
        Assert.Contains("'twin' is already declared in line 3", problem.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var file = Path.Combine(folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
