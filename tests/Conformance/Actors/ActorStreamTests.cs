using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;

namespace Conformance.Actors;

/// <summary>Actors of an app that hosts them over a stream, without a port of its own.</summary>
public sealed class ActorStreamTests : IAsyncLifetime
{
    /// <summary>No other process hosts it: sidecars of one machine find each other's actors.</summary>
    private const string Type = "StreamedCounter";

    /// <summary>A call of it fails at once while it has no host.</summary>
    private const string BriefType = "BrieflyStreamed";

    private TestedSidecar sidecar = null!;
    private AsyncDuplexStreamingCall<SubscribeActorEventsRequestAlpha1, SubscribeActorEventsResponseAlpha1> stream = null!;

    public async Task InitializeAsync()
    {
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppProtocol = "grpc",
                Resources = [Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true")), LookupPolicy.Once(BriefType)],
            }
        );
        await OpenAsync();
    }

    public async Task DisposeAsync()
    {
        stream.Dispose();
        await sidecar.DisposeAsync();
    }

    [Fact]
    public async Task An_actor_method_is_called_and_answered_over_the_stream()
    {
        var call = sidecar.Grpc.InvokeActorAsync(
            new()
            {
                ActorType = Type,
                ActorId = "a",
                Method = "add",
                Data = ByteString.CopyFromUtf8("3"),
            }
        );
        var invocation = (await NextAsync()).InvokeRequest;
        Assert.Equal(
            (Type, "a", "add", "3"),
            (invocation.ActorType, invocation.ActorId, invocation.Method, invocation.Data.ToStringUtf8())
        );
        await stream.RequestStream.WriteAsync(
            new()
            {
                InvokeResponse = new() { Id = invocation.Id, Data = ByteString.CopyFromUtf8("7") },
            }
        );
        Assert.Equal("7", (await call).Data.ToStringUtf8());
    }

    [Fact]
    public async Task An_error_answer_of_the_app_fails_the_actor_call()
    {
        var call = sidecar.Grpc.InvokeActorAsync(
            new()
            {
                ActorType = Type,
                ActorId = "a",
                Method = "bad",
            }
        );
        await stream.RequestStream.WriteAsync(
            new()
            {
                RequestFailed = new()
                {
                    Id = (await NextAsync()).InvokeRequest.Id,
                    Code = (uint)StatusCode.Internal,
                    Message = "no",
                },
            }
        );
        await call.FailsAsync(StatusCode.Internal);
    }

    [Fact]
    public async Task An_answer_of_another_kind_fails_the_actor_call()
    {
        var call = sidecar.Grpc.InvokeActorAsync(
            new()
            {
                ActorType = Type,
                ActorId = "a",
                Method = "add",
            }
        );
        await stream.RequestStream.WriteAsync(new() { TimerResponse = new() { Id = (await NextAsync()).InvokeRequest.Id } });
        await call.FailsAsync(StatusCode.Internal, "error invoke actor method: actor host returned an unexpected response type for invoke");
    }

    [Fact]
    public async Task Headers_of_an_HTTP_call_are_metadata_under_the_names_that_Go_gives_them()
    {
        var call = sidecar.Http.SendAsync("POST", $"/v1.0/actors/{Type}/a/method/add", "3", headers: ("x-given", "1"));
        var invocation = (await NextAsync()).InvokeRequest;
        Assert.Equal(("1", "application/json"), (invocation.Metadata["X-Given"], invocation.Metadata["Content-Type"]));
        await stream.RequestStream.WriteAsync(
            new()
            {
                InvokeResponse = new()
                {
                    Id = invocation.Id,
                    Data = ByteString.CopyFromUtf8("7"),
                    Metadata = { ["x-own"] = "two\nlines" },
                },
            }
        );
        using var answer = await call;
        Assert.Equal(("7", "two lines"), (await answer.TextAsync(), answer.Headers.GetValues("x-own").Single()));
    }

    [Fact]
    public async Task A_reminder_that_the_app_cancels_goes_on()
    {
        foreach (var (id, period) in ((string, string)[])[("cancelled", "R2/PT1S"), ("kept", "R4/PT1S")])
        {
            await sidecar.Grpc.RegisterActorReminderAsync(
                new()
                {
                    ActorType = Type,
                    ActorId = id,
                    Name = "tick",
                    DueTime = "0s",
                    Period = period,
                }
            );
        }
        var fired = new List<string>();
        while (fired.Count(id => id == "kept") < 4)
        {
            var received = (await NextAsync()).ReminderRequest;
            fired.Add(received.ActorId);
            await stream.RequestStream.WriteAsync(
                new()
                {
                    ReminderResponse = new() { Id = received.Id, Cancel = received.ActorId == "cancelled" },
                }
            );
        }
        Assert.Equal(2, fired.Count(id => id == "cancelled"));
    }

    [Fact]
    public async Task Reminders_fire_over_the_stream()
    {
        await sidecar.Grpc.RegisterActorReminderAsync(
            new()
            {
                ActorType = Type,
                ActorId = "a",
                Name = "soon",
                DueTime = "0s",
                Data = ByteString.CopyFromUtf8("\"x\""),
            }
        );
        var received = (await NextAsync()).ReminderRequest;
        Assert.Equal((Type, "a", "soon"), (received.ActorType, received.ActorId, received.Name));
        await stream.RequestStream.WriteAsync(new() { ReminderResponse = new() { Id = received.Id } });
    }

    [Fact]
    public async Task A_timer_outlives_the_stream_of_its_app()
    {
        await sidecar.Grpc.RegisterActorTimerAsync(
            new()
            {
                ActorType = Type,
                ActorId = "a",
                Name = "tick",
                DueTime = "1s",
                Period = "1s",
            }
        );
        await stream.RequestStream.CompleteAsync();
        await Eventually.UntilAsync(
            async () => (await sidecar.Grpc.GetMetadataAsync(new())).ActorRuntime.ActiveActors.Count == 0,
            "the type stayed hosted"
        );
        stream.Dispose();
        await OpenAsync();
        var received = (await NextAsync()).TimerRequest;
        Assert.Equal((Type, "a", "tick"), (received.ActorType, received.ActorId, received.Name));
        await stream.RequestStream.WriteAsync(new() { TimerResponse = new() { Id = received.Id } });
    }

    [Fact]
    public async Task A_closed_stream_removes_its_actor_types()
    {
        await stream.RequestStream.CompleteAsync();
        await Eventually.UntilAsync(
            async () => (await sidecar.Grpc.GetMetadataAsync(new())).ActorRuntime.ActiveActors.Count == 0,
            "the type stayed hosted"
        );
        await sidecar
            .Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = BriefType,
                    ActorId = "a",
                    Method = "add",
                }
            )
            .FailsAsync(StatusCode.FailedPrecondition);
    }

    private async Task OpenAsync()
    {
        stream = sidecar.Grpc.SubscribeActorEventsAlpha1();
        await stream.RequestStream.WriteAsync(new() { InitialRequest = new() { Entities = { Type, BriefType } } });
        Assert.NotNull((await NextAsync()).InitialResponse);
    }

    private async Task<SubscribeActorEventsResponseAlpha1> NextAsync()
    {
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None).OrFail("nothing came over the stream"));
        return stream.ResponseStream.Current;
    }
}
