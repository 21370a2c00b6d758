using Conformance.Tracing;

namespace EndToEnd.Systems;

/// <summary>
/// Shared system of the cases about processes and of what .NET collects per process, metrics and spans, with a trace collector and the
/// sample subscriber in Node. Each of its three starts compiles every app anew, so it has only the apps of the sagas: the console's own
/// tests kill and stop the console, and the chaos run kills orders-grpc. Cases that kill or stop parts of the system leave it running.
/// </summary>
public sealed class ProcessSystem : SharedSystem
{
    public const string Mailer = "order-mailer";

    private SpanCollector? collector;

    internal SpanCollector Collector => collector!;

    /// <summary>The apps of the sagas, and the sample if Node is there.</summary>
    internal static int Apps => NodeFactAttribute.IsThere ? 7 : 6;

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

    private protected override SystemHosting Hosting => SystemHosting.Processes;

    private protected override void Prepare(SystemFolder folder)
    {
        base.Prepare(folder);
        folder.LeaveOutViewers();
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
public sealed class OnProcessSystem : ICollectionFixture<ProcessSystem>
{
    public const string Name = "system of processes";
}
