using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Http;

namespace Sidecar.Actors;

/// <summary>
/// An app that hosts actors over a stream that it opens itself (<c>SubscribeActorEventsAlpha1</c>): the sidecar sends requests, the app
/// answers with the same id, many at once.
/// </summary>
internal sealed class ActorStream(IServerStreamWriter<SubscribeActorEventsResponseAlpha1> requests) : IActorApp, IDisposable
{
    private const string Reminder = "method/remind/";
    private const string Timer = "method/timer/";
    private const string Method = "method/";
    private const string ContentType = "content-type";

    private readonly ConcurrentDictionary<string, TaskCompletionSource<SubscribeActorEventsRequestAlpha1>> waiting = new(
        StringComparer.Ordinal
    );
    private readonly SemaphoreSlim writing = new(1); // a stream takes one message at a time
    private long last;

    public Task OpenAsync(CancellationToken cancellation) => WriteAsync(new() { InitialResponse = new() }, cancellation);

    public async Task<InvocationReply> SendAsync(ActorId actor, string what, InvocationCall call, CancellationToken cancellation)
    {
        var answer = await SendAsync(id => Request(id, actor, what, call), cancellation);
        if (answer.RequestFailed is { } failed)
        {
            throw failed.Code == (uint)StatusCode.NotFound
                ? ActorErrors.MethodNotFound(what[Method.Length..])
                : ActorErrors.Invoke($"error from actor service: {failed.Message}");
        }
        var (kind, name) = KindOf(what);
        if (answer.RequestTypeCase != kind)
        {
            throw ActorErrors.Invoke($"actor host returned an unexpected response type for {name}");
        }
        if (answer.ReminderResponse?.Cancel == true || answer.TimerResponse?.Cancel == true)
        {
            throw ActorErrors.ReminderCanceled();
        }
        if (answer.InvokeResponse is not { } reply)
        {
            return new InvocationReply(200, null, default, []);
        }
        var headers = reply.Metadata.Select(item => KeyValuePair.Create(item.Key, item.Value));
        return new InvocationReply(
            200,
            reply.Metadata.GetValueOrDefault(ContentType),
            reply.Data.Memory,
            [.. reply.Error ? headers.Append(KeyValuePair.Create(ActorHost.ErrorHeader, "true")) : headers]
        );
    }

    public Task DeactivateAsync(ActorId actor, CancellationToken cancellation) =>
        SendAsync(
            id =>
                new()
                {
                    DeactivateRequest = new()
                    {
                        Id = id,
                        ActorType = actor.Type,
                        ActorId = actor.Id,
                    },
                },
            cancellation
        );

    /// <summary>Completes the call with the app's answer; ignores an answer that no call waits for.</summary>
    public void Answered(SubscribeActorEventsRequestAlpha1 answer)
    {
        var id = answer.RequestTypeCase switch
        {
            SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.InvokeResponse => answer.InvokeResponse.Id,
            SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.ReminderResponse => answer.ReminderResponse.Id,
            SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.TimerResponse => answer.TimerResponse.Id,
            SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.DeactivateResponse => answer.DeactivateResponse.Id,
            SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.RequestFailed => answer.RequestFailed.Id,
            _ => "",
        };
        if (waiting.TryRemove(id, out var pending))
        {
            pending.TrySetResult(answer);
        }
    }

    /// <summary>Fails all pending calls, because the app has closed the stream.</summary>
    public void Dispose()
    {
        foreach (var id in waiting.Keys)
        {
            if (waiting.TryRemove(id, out var pending))
            {
                pending.TrySetException(new HttpRequestException("actor host disconnected before responding"));
            }
        }
    }

    private async Task<SubscribeActorEventsRequestAlpha1> SendAsync(
        Func<string, SubscribeActorEventsResponseAlpha1> request,
        CancellationToken cancellation
    )
    {
        var id = Interlocked.Increment(ref last).ToString(CultureInfo.InvariantCulture);
        var answer = waiting[id] = new TaskCompletionSource<SubscribeActorEventsRequestAlpha1>(
            TaskCreationOptions.RunContinuationsAsynchronously
        );
        try
        {
            await WriteAsync(request(id), cancellation);
            return await answer.Task.WaitAsync(cancellation);
        }
        catch (Exception e) when (e is InvalidOperationException or RpcException)
        {
            throw new HttpRequestException("actor host is not connected", e);
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    private async Task WriteAsync(SubscribeActorEventsResponseAlpha1 message, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await requests.WriteAsync(message, cancellation);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>The kind of answer to a request, and its name in daprd's error.</summary>
    private static (SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase Kind, string Name) KindOf(string what) =>
        what.StartsWith(Reminder, StringComparison.Ordinal)
            ? (SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.ReminderResponse, "reminder")
        : what.StartsWith(Timer, StringComparison.Ordinal) ? (SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.TimerResponse, "timer")
        : (SubscribeActorEventsRequestAlpha1.RequestTypeOneofCase.InvokeResponse, "invoke");

    private static SubscribeActorEventsResponseAlpha1 Request(string id, ActorId actor, string what, InvocationCall call)
    {
        if (what.StartsWith(Reminder, StringComparison.Ordinal))
        {
            using var body = JsonDocument.Parse(call.Body);
            return new()
            {
                ReminderRequest = new()
                {
                    Id = id,
                    ActorType = actor.Type,
                    ActorId = actor.Id,
                    Name = what[Reminder.Length..],
                    Data = Data(body.RootElement),
                },
            };
        }
        if (what.StartsWith(Timer, StringComparison.Ordinal))
        {
            using var body = JsonDocument.Parse(call.Body);
            var timer = body.RootElement;
            return new()
            {
                TimerRequest = new()
                {
                    Id = id,
                    ActorType = actor.Type,
                    ActorId = actor.Id,
                    Name = what[Timer.Length..],
                    Data = Data(timer),
                    Callback = Text(timer, "callback"),
                    DueTime = Text(timer, "dueTime"),
                    Period = Text(timer, "period"),
                },
            };
        }
        var invoke = new SubscribeActorEventsResponseInvokeRequestAlpha1
        {
            Id = id,
            ActorType = actor.Type,
            ActorId = actor.Id,
            Method = what[Method.Length..],
            Data = UnsafeByteOperations.UnsafeWrap(call.Body),
        };
        foreach (var (name, value) in call.Headers)
        {
            invoke.Metadata[name] = value;
        }
        if (call.ContentType is not null)
        {
            invoke.Metadata[HeaderText.Canonical(ContentType)] = call.ContentType; // only HTTP clients have one
        }
        return new() { InvokeRequest = invoke };
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private static Any? Data(JsonElement json) =>
        json.TryGetProperty("data", out var data) ? Any.Pack(new BytesValue { Value = ByteString.CopyFromUtf8(data.GetRawText()) }) : null;
}
