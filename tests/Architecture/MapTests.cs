using Blueprint.Dependencies;
using Sidecar.Resources;
using Sidecar.Running;
using Sidecar.Yaml;

namespace Architecture;

/// <summary>The map of dependencies in the documents is current, and its rules find violations.</summary>
public sealed class MapTests
{
    [Fact]
    public void This_system_breaks_no_rule_of_the_map() => Assert.Empty(MapRules.Broken(MapReader.Read(Repository.Root)));

    [Fact]
    public void The_map_in_the_documents_is_todays()
    {
        var document = Repository.Read("docs/architecture.md");
        Assert.True(
            MapText.Embed(document, MapReader.Read(Repository.Root)) == document,
            "docs/architecture.md is stale: dotnet run --project tools/Blueprint -- map --write docs/architecture.md"
        );
    }

    [Fact]
    public void The_map_that_the_console_draws_is_todays() =>
        Assert.True(
            MapJson.Write(MapReader.Read(Repository.Root)) == Repository.Read("services/Console/SystemMap/map.json"),
            "services/Console/SystemMap/map.json is stale: dotnet run --project tools/Blueprint -- map --json "
                + "services/Console/SystemMap/map.json"
        );

    [Fact]
    public void A_shared_store_a_circle_of_calls_an_unheard_event_and_a_silent_topic_are_found()
    {
        var map = new DependencyMap(
            ["a", "b"],
            [new Call("a", "b"), new Call("b", "a")],
            [new Store("shared", ["a", "b"])],
            [new Publication("a", "orders")],
            [new Consumption("b", "payments", ["event.type == \"payment.unknown\""], false)],
            ["order.created"]
        );
        var broken = MapRules.Broken(map);
        Assert.Equal(5, broken.Count);
        Assert.Contains("store 'shared' belongs to a and b; a store has one owner", broken);
        Assert.Contains("apps call each other in a circle: a → b → a", broken);
        Assert.Contains("no app consumes event 'order.created'", broken);
        Assert.Contains("topic 'payments' is consumed and no app publishes to it", broken);
        Assert.Contains("b waits for event 'payment.unknown', which has no schema in contracts/events", broken);
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("redis")]
    [InlineData("postgres-rabbitmq")]
    public void No_two_services_share_a_table_in_any_component_set(string set) =>
        Assert.Empty(MapRules.Broken(MapReader.Read(Repository.Root, componentSet: set)));

    [Theory]
    [InlineData("embedded")]
    [InlineData("redis")]
    [InlineData("postgres-rabbitmq")]
    public void No_two_services_share_a_database_in_any_component_set(string set) =>
        Assert.Empty(MapRules.SharedDatabases(MapReader.Read(Repository.Root, componentSet: set)));

    [Fact]
    public void Two_services_on_one_table_break_a_rule_and_two_stores_of_one_service_do_not()
    {
        var table = new StoreLocation("shop.db", "state");
        var map = Stores(new Store("a-store", ["a"], table), new Store("a-second", ["a"], table), new Store("b-store", ["b"], table));
        Assert.Equal(
            [
                "a (a-store, a-second) and b (b-store) keep their records in one table, 'state' in 'shop.db'; give each app "
                    + "a table and a database of its own",
            ],
            MapRules.Broken(map)
        );
        Assert.Empty(MapRules.Broken(map with { Stores = [.. map.Stores.Take(2)] }));
    }

    [Fact]
    public void Two_services_on_one_database_are_noticed_except_on_redis()
    {
        var map = Stores(
            new Store("a-store", ["a"], new StoreLocation("shop.db", "a")),
            new Store("b-store", ["b"], new StoreLocation("shop.db", "b"))
        );
        Assert.Empty(MapRules.Broken(map));
        Assert.Equal(
            ["a (a-store) and b (b-store) are in one database, 'shop.db'; give each app a database of its own"],
            MapRules.SharedDatabases(map)
        );
        Assert.Empty(
            MapRules.SharedDatabases(
                map with
                {
                    Stores = [.. map.Stores.Select(store => store with { Location = store.Location! with { MayShareDatabase = true } })],
                }
            )
        );
    }

    [Theory]
    [InlineData("state.sqlite", "v1", "connectionString=../../data/a.db?x=1", "data/a.db state")]
    [InlineData("state.sqlite", "v1", "connectionString=file:../../data/a.db;tableName=orders", "data/a.db orders")]
    [InlineData(
        "state.postgresql",
        "v2",
        "connectionString=host=db user=one password=x database=shop;tablePrefix=orders_",
        "db:5432/shop orders_state"
    )]
    [InlineData(
        "state.postgresql",
        "v1",
        "connectionString=postgres://two:y@db:5432/shop?sslmode=disable;tableName=orders",
        "db:5432/shop orders"
    )]
    [InlineData("state.redis", "v1", "redisHost=localhost:6379;keyPrefix=name", "localhost:6379/0 a-store")]
    [InlineData("state.redis", "v1", "redisHost=localhost:6379;redisDB=2", "localhost:6379/2 a")]
    [InlineData("state.in-memory", "v1", "", null)]
    public void A_store_is_found_where_its_metadata_says(string type, string version, string metadata, string? expected)
    {
        var items = metadata
            .Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(item => item.Split('=', 2))
            .Select(item => new MetadataItem(item[0], item[1], null, null, 1));
        var store = new Component("a-store", type, version, [.. items], ["a"], null, false, "a-store.yaml", 1);
        var template = RunTemplateReader.Read(Path.Combine(Repository.Root, "dapr.yaml"), "embedded").Apps[0];
        var location = StoreLocations.Of(store, template with { Options = template.Options with { AppId = "a" } }, Repository.Root);
        Assert.Equal(expected, location is null ? null : $"{location.Database} {location.Table}");
    }

    /// <summary>The message for a missing run template names -f, which once was an option of the sidecar only.</summary>
    [Fact]
    public void The_map_takes_the_run_template_by_the_option_that_its_message_names()
    {
        Assert.Contains(
            "name it with -f",
            Assert.Throws<InvalidConfigurationException>(() => MapReader.Read(Path.GetTempPath())).Message,
            StringComparison.Ordinal
        );
        var command = MapCommand.Create();
        Assert.Empty(command.Parse($"-f {Repository.Root}").Errors);
        Assert.Equal(
            0,
            command
                .Parse($"-f {Path.Combine(Repository.Root, "dapr.yaml")} --check {Path.Combine(Repository.Root, "docs/architecture.md")}")
                .Invoke()
        );
        Assert.Equal(0, command.Parse($"-f {Repository.Root} --check {Path.Combine(Repository.Root, "docs/architecture.md")}").Invoke());
    }

    private static DependencyMap Stores(params Store[] stores) => new([], [], stores, [], [], []);
}
