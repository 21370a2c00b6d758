using Conformance.Tracing;

namespace EndToEnd.Systems;

/// <summary>A system with a trace collector and the sample subscriber in Node.</summary>
public sealed class ObservedSystem : SharedSystem
{
    public const string Mailer = "order-mailer";

    private SpanCollector? collector;

    internal SpanCollector Collector => collector!;

    public override async Task InitializeAsync()
    {
        collector = await SpanCollector.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (collector is not null)
        {
            await collector.DisposeAsync();
        }
    }

    /// <summary>In the test process the spans of all its systems would arrive.</summary>
    private protected override SystemHosting Hosting => SystemHosting.Processes;

    private protected override void Prepare(SystemFolder folder)
    {
        folder.Replace(
            "dapr.yaml",
            "    ASPNETCORE_ENVIRONMENT: Development",
            $"""
                ASPNETCORE_ENVIRONMENT: Development
                OTEL_EXPORTER_OTLP_ENDPOINT: http://127.0.0.1:{Collector.OtlpPort}
                OTEL_BSP_SCHEDULE_DELAY: "100"
            """
        );
        folder.Replace(
            "components/configuration.yaml",
            "samplingRate: \"1\"",
            $"samplingRate: \"1\"\n    otel: {{ endpointAddress: \"127.0.0.1:{Collector.OtlpPort}\", isSecure: false, protocol: grpc }}"
        );
        if (NodeFactAttribute.IsThere)
        {
            Join(folder);
        }
    }

    private static void Join(SystemFolder folder)
    {
        folder.InEverySet(
            "events.yaml",
            "orders-grpc=orders,orders-choreography;",
            $"orders-grpc=orders,orders-choreography;\n        {Mailer}=orders,orders-choreography,{Mailer}-dead-letters;"
        );
        File.AppendAllLines(
            folder.Template,
            [
                $"  - appID: {Mailer}",
                $"    appDirPath: {Directory.CreateDirectory(folder.In($"samples/{Mailer}")).FullName}",
                $"    appPort: {FreePort.Take()}",
                $"    command: [\"node\", \"{Repository.Root}samples/{Mailer}/server.mjs\"]",
            ]
        );
    }
}

[CollectionDefinition(Name)]
public sealed class OnObservedSystem : ICollectionFixture<ObservedSystem>
{
    public const string Name = "observed system";
}
