using BenchmarkDotNet.Attributes;
using Dapr.Client;

namespace Operations;

/// <summary>Measures the operations of which an order consists, one at a time, from the client to the app and back.</summary>
public class SidecarOperations
{
    private const string Store = "store";
    private const string AppId = "echo";

    private static readonly Uri Echo = new($"/v1.0/invoke/{AppId}/method/echo", UriKind.Relative);
    private static readonly Uri ActorEcho = new("/v1.0/actors/Echo/1/method/echo", UriKind.Relative);

    private readonly Dictionary<string, string> record = new() { ["status"] = "pending", ["customerId"] = "customer-1" };
    private EchoApp app = null!;
    private MeasuredSidecar sidecar = null!;
    private DaprClient dapr = null!;
    private HttpClient http = null!;

    [GlobalSetup]
    public async Task StartAsync()
    {
        var (appPort, httpPort, grpcPort) = (FreePort.Take(), FreePort.Take(), FreePort.Take());
        app = await EchoApp.StartAsync(appPort);
        sidecar = await MeasuredSidecar.StartAsync(AppId, appPort, httpPort, grpcPort, MeasuredSidecar.Store, Manifests.Events);
        dapr = new DaprClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{grpcPort}").Build();
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{httpPort}") };
        await SaveState();
        await PublishToDelivered();
        await CallActor();
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        http.Dispose();
        dapr.Dispose();
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Benchmark]
    public Task<Dictionary<string, string>> GetState() => dapr.GetStateAsync<Dictionary<string, string>>(Store, "record");

    [Benchmark]
    public Task SaveState() => dapr.SaveStateAsync(Store, "record", record);

    [Benchmark]
    public Task Publish() => dapr.PublishEventAsync("events", "unheard", record);

    [Benchmark]
    public async Task PublishToDelivered()
    {
        var delivered = app.NextEvent();
        await dapr.PublishEventAsync("events", Manifests.Topic, record);
        await delivered;
    }

    [Benchmark]
    public Task Invoke() => PostAsync(Echo);

    [Benchmark]
    public Task CallActor() => PostAsync(ActorEcho);

    private async Task PostAsync(Uri path)
    {
        using var response = await http.PostAsync(path, content: null);
        response.EnsureSuccessStatusCode();
    }
}
