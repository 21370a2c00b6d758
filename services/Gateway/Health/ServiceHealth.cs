using Gateway.Resilience;
using Gateway.Routing;
using Gateway.Streaming;
using Grpc.Core;
using Orders.V1;
using ServiceDefaults.Identity;

namespace Gateway.Health;

/// <summary>
/// Checks the health of all services concurrently, through the sidecars as requests do. A service without an answer within <see
/// cref="MaxWait"/> is unhealthy.
/// </summary>
internal sealed class ServiceHealth(IConfiguration configuration, OrderService.OrderServiceClient orders, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private static readonly ServiceRoute[] Probes =
    [
        new(["GET"], "healthz", "customers", Roles.Operator),
        new(["GET"], "healthz", "inventory", Roles.Operator),
        new(["GET"], "healthz", "orders", Roles.Operator),
        new(["GET"], "healthz", "payments", Roles.Operator),
        new(["GET"], "healthz", "shipping", Roles.Operator),
    ];

    private readonly HttpClient sidecar = SidecarClient.Create(configuration);

    public async Task<IReadOnlyList<ServiceState>> ReadAsync(HttpContext context, CancellationToken cancellation)
    {
        var probes = Probes
            .Select(probe => MeasureAsync(probe.AppId, patience => AnswersAsync(probe, patience), cancellation))
            .Append(MeasureAsync(OrderFeed.AppId, patience => GrpcAnswersAsync(context, patience), cancellation));
        return [new ServiceState("gateway", true, 0), .. await Task.WhenAll(probes)];
    }

    public void Dispose() => sidecar.Dispose();

    private async Task<ServiceState> MeasureAsync(string appId, Func<CancellationToken, Task<bool>> probe, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(MaxWait);
        var begun = time.GetTimestamp();
        var healthy = await TryAsync(probe, patience.Token, cancellation);
        return new ServiceState(appId, healthy, Math.Round(time.GetElapsedTime(begun).TotalMilliseconds, 1));
    }

    private static async Task<bool> TryAsync(
        Func<CancellationToken, Task<bool>> probe,
        CancellationToken patience,
        CancellationToken cancellation
    )
    {
        try
        {
            return await probe(patience);
        }
        catch (Exception e)
            when (e is HttpRequestException or RpcException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false; // that there was no answer is the answer
        }
    }

    private async Task<bool> AnswersAsync(ServiceRoute probe, CancellationToken cancellation)
    {
        using var answer = await sidecar.GetAsync(
            new Uri($"/v1.0/invoke/{probe.AppId}/method/{probe.Path}", UriKind.Relative),
            cancellation
        );
        return answer.IsSuccessStatusCode;
    }

    /// <summary>An app that speaks gRPC is healthy if it answers NOT_FOUND for an order that does not exist.</summary>
    private async Task<bool> GrpcAnswersAsync(HttpContext context, CancellationToken cancellation)
    {
        try
        {
            await orders.GetOrderAsync(
                new GetOrderRequest { OrderId = "health-probe" },
                OrderFeed.Headers(context, configuration["DAPR_API_TOKEN"]),
                cancellationToken: cancellation
            );
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return true;
        }
    }
}

/// <param name="Milliseconds">How long the answer took, or how long there was none.</param>
internal sealed record ServiceState(string AppId, bool Healthy, double Milliseconds);
