using Conformance.Apps;
using Conformance.Running;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Conformance.Actors;

/// <summary>
/// An app whose actor types have policies. The SDKs answer the exception of an actor with status 200 and the header
/// <c>X-DaprErrorResponseHeader</c>.
/// </summary>
public sealed class ActorPolicyTests : IAsyncLifetime
{
    private const string Policies = """
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: { name: actors }
        spec:
          policies:
            retries: { twice: { policy: constant, duration: 10ms, maxRetries: 2, matching: { httpStatusCodes: "599" } } }
            circuitBreakers: { after-two: { maxRequests: 1, timeout: 60s, trip: consecutiveFailures >= 2 } }
          targets:
            actors:
              RetriedActor: { retry: twice }
              BrokenActor: { circuitBreaker: after-two, circuitBreakerScope: type, circuitBreakerCacheSize: 10 }
        """;

    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["RetriedActor","BrokenActor"]}""");
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true")), Policies],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task An_actors_exception_is_retried_until_the_call_succeeds()
    {
        ThrowsFirst("/actors/RetriedActor/a/method/m", times: 2);
        using var answer = await sidecar.Http.SendAsync("POST", "/v1.0/actors/RetriedActor/a/method/m", "");
        Assert.Equal(
            (200, "attempt 3", false),
            ((int)answer.StatusCode, await answer.TextAsync(), answer.Headers.Contains("X-DaprErrorResponseHeader"))
        );
    }

    [Fact]
    public async Task The_caller_gets_the_actors_last_exception_unchanged()
    {
        ThrowsFirst("/actors/RetriedActor/a/method/m", times: 99);
        using var answer = await sidecar.Http.SendAsync("POST", "/v1.0/actors/RetriedActor/a/method/m", "");
        Assert.Equal(
            (200, "attempt 3", "application/exception", "true"),
            (
                (int)answer.StatusCode,
                await answer.TextAsync(),
                answer.Content.Headers.ContentType?.MediaType,
                answer.Headers.GetValues("X-DaprErrorResponseHeader").Single()
            )
        );
        var reply = await sidecar.Grpc.InvokeActorAsync(
            new()
            {
                ActorType = "RetriedActor",
                ActorId = "a",
                Method = "m",
            }
        );
        Assert.Equal("attempt 6", reply.Data.ToStringUtf8());
    }

    [Theory]
    [InlineData(404, 1, "error invoke actor method: actor method not found: actors/RetriedActor/a/method/m")]
    [InlineData(500, 3, "error invoke actor method: error from actor service: (500) ")]
    public async Task A_call_of_a_missing_method_is_not_retried_and_another_failure_is(int status, int attempts, string message)
    {
        app.Answers("/actors/RetriedActor/a/method/m", status);
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/RetriedActor/a/method/m", "")
            .FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD", message);
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            await app.NextAsync("/actors/RetriedActor/a/method/m");
        }
        Assert.True(app.GotNothingMore("/actors/RetriedActor/a/method/m"));
    }

    [Fact]
    public async Task A_breaker_counts_an_actors_exceptions()
    {
        ThrowsFirst("/actors/BrokenActor/a/method/m", times: 99);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/BrokenActor/a/method/m", "").SucceedsAsync(200, "attempt 1");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/BrokenActor/a/method/m", "").SucceedsAsync(200, "attempt 2");
        await sidecar
            .Http.SendAsync("POST", "/v1.0/actors/BrokenActor/a/method/m", "")
            .FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD", "error invoke actor method: circuit breaker is open");
        await sidecar
            .Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = "BrokenActor",
                    ActorId = "a",
                    Method = "m",
                }
            )
            .FailsAsync(StatusCode.Internal, "error invoke actor method: circuit breaker is open");
    }

    private void ThrowsFirst(string path, int times)
    {
        var attempts = 0;
        app.Answers(path, (_, context) =>
        {
            var attempt = Interlocked.Increment(ref attempts);
            if (attempt <= times)
            {
                context.Response.Headers["X-DaprErrorResponseHeader"] = "true";
                context.Response.ContentType = "application/exception";
            }
            return context.Response.WriteAsync($"attempt {attempt}");
        });
    }
}
