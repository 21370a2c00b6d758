using System.Net;
using EndToEnd.Edge;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.OnDaprd;

/// <summary>
/// Tests of a real Dapr with sentry, as on Kubernetes: each daprd has an identity, so the access lists apply. They are the files that the
/// embedded sidecar reads.
/// </summary>
public sealed class SentryTests
{
    [SkippableFact]
    public async Task Orders_end_and_calls_that_no_access_list_allows_are_refused()
    {
        Skip.If(
            DaprInstallation.WithSentry is null,
            "DAPRD_PATH, PLACEMENT_PATH, SCHEDULER_PATH and SENTRY_PATH have to name a Dapr installation"
        );
        await using var system = await OrderSystem.StartAsync(dapr: DaprInstallation.WithSentry);

        await system.Api.EndOfAsync(await system.Api.PlaceStubbornlyAsync(Api.Order(), "first"));
        var ended = await Task.WhenAll(
            system.Api.PlaceAndEndAsync(Api.Order(saga: "choreography")),
            system.Api.PlaceAndEndAsync(Api.Order(token: "tok_declined")),
            system.Api.PlaceAndEndAsync(Api.Order(customer: "customer-3"))
        );
        Assert.Equal(["confirmed", "cancelled", "cancelled"], ended.Select(order => order.Status));

        Assert.All(await ForbiddenCalls.AnswersAsync(system), answer =>
            Assert.Equal((answer.Call, HttpStatusCode.Forbidden), (answer.Call, answer.Status))
        );
        await system.EndsWellAsync();
    }
}
