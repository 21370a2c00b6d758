namespace Architecture;

/// <summary>Services reach each other and their stores through Dapr only.</summary>
public sealed class ServiceTests
{
    private static readonly string[] StoreAndBrokerClients =
    [
        "Microsoft.Data.Sqlite",
        "Microsoft.Data.SqlClient",
        "Microsoft.EntityFrameworkCore",
        "Npgsql",
        "MySqlConnector",
        "MongoDB",
        "StackExchange.Redis",
        "RabbitMQ",
        "Confluent.Kafka",
        "NATS",
        "MassTransit",
        "Azure.Messaging",
        "AWSSDK",
    ];

    private static readonly string[] DomainWords = ["Order", "Product", "Payment", "Shipment", "Customer", "Reservation"];

    public static TheoryData<string> Shared => [.. Repository.Shared];

    public static TheoryData<string> Services => [.. Repository.Services];

    [Fact]
    public void There_are_services_to_check() => Assert.True(Repository.Services.Count >= 6, string.Join(' ', Repository.Services));

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_references_no_other_service(string service) =>
        Assert.DoesNotContain(Repository.Included(service, "ProjectReference"), project =>
            !Repository.Shared.Select(Repository.Name).Contains(Repository.Name(project))
        );

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_references_no_store_or_broker_client(string service) =>
        Assert.DoesNotContain(Repository.Included(service, "PackageReference"), IsStoreOrBrokerClient);

    [Theory]
    [MemberData(nameof(Shared))]
    public void Shared_projects_reference_no_service_store_or_broker(string shared)
    {
        Assert.Empty(Repository.Included(shared, "ProjectReference"));
        Assert.DoesNotContain(Repository.Included(shared, "PackageReference"), IsStoreOrBrokerClient);
    }

    [Theory]
    [InlineData(typeof(ServiceDefaults.Json))]
    [InlineData(typeof(ConsoleComponents.Languages.Localizer))]
    public void Shared_projects_contain_no_domain_types(Type shared)
    {
        var types = shared
            .Assembly.GetTypes()
            .Select(type => type.FullName!)
            // a customer is also a role, as an operator is
            .Where(type => !type.StartsWith(typeof(ServiceDefaults.Requests.Caller).FullName!, StringComparison.Ordinal));
        Assert.DoesNotContain(types, type => DomainWords.Any(word => type.Contains(word, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_compiles_only_its_own_sources(string service) =>
        Assert.DoesNotContain(Repository.Included(service, "Compile"), file => file.Contains("..", StringComparison.Ordinal));

    private static bool IsStoreOrBrokerClient(string package) =>
        StoreAndBrokerClients.Any(client => package.StartsWith(client, StringComparison.OrdinalIgnoreCase));
}
