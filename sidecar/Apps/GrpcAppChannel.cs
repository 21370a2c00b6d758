using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Sidecar.Bindings;
using Sidecar.Go;
using Sidecar.Http;
using Sidecar.Jobs;
using Sidecar.PubSub;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resources;
using Sidecar.Tracing;
using BulkSubscribe = Sidecar.Resources.BulkSubscribe;
using TopicSubscription = Sidecar.PubSub.Subscribing.TopicSubscription;

namespace Sidecar.Apps;

/// <summary>An app that implements Dapr's <c>AppCallback</c> service.</summary>
internal sealed partial class GrpcAppChannel : IAppChannel, IDisposable
{
    private readonly AppClient client;
    private readonly GrpcChannel channel;
    private readonly CallInvoker callback;
    private readonly ILogger logger;

    public GrpcAppChannel(AppClient client, AppOptions options, ILogger logger)
    {
        (this.client, this.logger) = (client, logger);
        channel = GrpcChannel.ForAddress(
            client.Address,
            new GrpcChannelOptions
            {
                HttpHandler = new GrpcAppHandler(client),
                MaxReceiveMessageSize = (int)options.MaxBodySize,
                MaxSendMessageSize = (int)options.MaxBodySize,
            }
        );
        callback = channel.CreateCallInvoker();
    }

    public async Task<IReadOnlyList<TopicSubscription>> GetSubscriptionsAsync(CancellationToken cancellation)
    {
        try
        {
            var answer = await callback.Call(AppCallbackMethods.ListTopicSubscriptions, new Empty(), cancellation);
            return [.. answer.Subscriptions.Select(Convert)];
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return [];
        }
    }

    public async Task<bool> ProbeAsync(CancellationToken cancellation)
    {
        try
        {
            await callback.Call(AppCallbackMethods.HealthCheck, new Empty(), cancellation);
            return true;
        }
        catch (RpcException)
        {
            return false; // not reachable or not well, which is the answer
        }
    }

    public async Task<InvocationReply> InvokeAsync(InvocationCall call, CancellationToken cancellation)
    {
        var request = new InvokeRequest
        {
            Method = call.Method,
            ContentType = call.ContentType ?? "",
            Data = new Any { TypeUrl = call.TypeUrl, Value = UnsafeByteOperations.UnsafeWrap(call.Body) },
            HttpExtension = new HTTPExtension
            {
                Verb = System.Enum.TryParse<HTTPExtension.Types.Verb>(call.Verb, true, out var verb) ? verb : default,
                Querystring = call.QueryString.TrimStart('?'),
            },
        };
        var headers = Headers(call);
        using var slot = await client.EnterAsync(cancellation);
        using var running = callback.Call(AppCallbackMethods.OnInvoke, request, cancellation, headers);
        var reply = await running;
        var answered = (await running.ResponseHeadersAsync)
            .Where(header => !header.IsBinary)
            .Select(header => KeyValuePair.Create(header.Key, header.Value))
            .ToList();
        return new InvocationReply(200, reply.ContentType, reply.Data?.Value.Memory ?? default, answered, reply.Data?.TypeUrl);
    }

    public async Task<DeliveryStatus> DeliverAsync(DeliveredEvent delivered, CancellationToken cancellation)
    {
        try
        {
            var answer = await callback.Call(
                AppCallbackMethods.OnTopicEvent,
                TopicEvents.Request(delivered),
                cancellation,
                TopicEvents.Headers(delivered.Trace, delivered.PubSub, delivered.Metadata)
            );
            return TopicEvents.Status(answer.Status);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return DeliveryStatus.Ignored;
        }
        catch (RpcException e)
        {
            throw Refused(e, cancellation);
        }
    }

    public async Task<IReadOnlyList<DeliveryStatus>> DeliverManyAsync(
        string pubsub,
        string topic,
        string path,
        IReadOnlyList<DeliveredEntry> entries,
        TraceContext trace,
        CancellationToken cancellation
    )
    {
        var request = new TopicEventBulkRequest
        {
            Id = Guid.NewGuid().ToString(),
            PubsubName = pubsub,
            Topic = topic,
            Path = path,
            Type = "com.dapr.event.sent.bulk",
        };
        request.Metadata[DeliveryMetadata.PubSubName] = pubsub;
        AddEntries(request, entries);
        if (request.Entries.Count == 0)
        {
            return [.. entries.Select(_ => DeliveryStatus.Retry)];
        }
        var headers = TopicEvents.Headers(trace, pubsub, BrokerMessage.NoMetadata);
        try
        {
            TopicEventBulkResponse answer;
            try
            {
                answer = await callback.Call(AppCallbackMethods.OnBulkTopicEvent, request, cancellation, headers);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
            {
                answer = await callback.Call(AppCallbackMethods.OnBulkTopicEventAlpha1, request, cancellation, headers);
            }
            var answered = new Dictionary<string, DeliveryStatus>(StringComparer.Ordinal);
            foreach (var status in answer.Statuses)
            {
                answered[status.EntryId] = TopicEvents.Status(status.Status); // the last one of several, as in daprd
            }
            return [.. entries.Select(entry => answered.GetValueOrDefault(entry.EntryId, DeliveryStatus.Retry))];
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return [.. entries.Select(_ => DeliveryStatus.Ignored)];
        }
        catch (RpcException e)
        {
            throw Refused(e, cancellation);
        }
    }

    public async Task<bool> TakesAsync(string name, string route, CancellationToken cancellation)
    {
        try
        {
            return (await callback.Call(AppCallbackMethods.ListInputBindings, new Empty(), cancellation)).Bindings.Contains(name);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return false;
        }
    }

    public async Task<BindingAnswer> SendAsync(BindingEvent @event, CancellationToken cancellation)
    {
        var request = new BindingEventRequest { Name = @event.Name, Data = UnsafeByteOperations.UnsafeWrap(@event.Data) };
        request.Metadata.Add(new Dictionary<string, string>(@event.Metadata));
        try
        {
            var headers = new Metadata();
            @event.Trace.AddTo(headers);
            var answer = await callback.Call(AppCallbackMethods.OnBindingEvent, request, cancellation, headers);
            return new BindingAnswer(
                answer.To,
                GoJson.EncodeAgain(answer.Data.Span),
                answer.Concurrency == BindingEventResponse.Types.BindingEventConcurrency.Parallel
            );
        }
        catch (RpcException e)
        {
            throw new BindingException($"error invoking app: {e.Status.Detail} ({e.StatusCode})");
        }
    }

    public async Task<JobOutcome> TriggerAsync(string name, Any? data, CancellationToken cancellation)
    {
        var request = new JobEventRequest
        {
            Name = name,
            Data = data,
            Method = "job/" + name,
            ContentType = data?.TypeUrl ?? "",
            HttpExtension = new HTTPExtension { Verb = HTTPExtension.Types.Verb.Post },
        };
        using var slot = await client.EnterAsync(cancellation);
        try
        {
            try
            {
                await callback.Call(AppCallbackMethods.OnJobEvent, request, cancellation);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
            {
                await callback.Call(AppCallbackMethods.OnJobEventAlpha1, request, cancellation);
            }
            return JobOutcome.Done;
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            return e.StatusCode == StatusCode.NotFound ? JobOutcome.Refused : JobOutcome.Failed;
        }
    }

    public void Dispose() => channel.Dispose();

    /// <summary>An event that can't be converted is left out, so that it fails alone.</summary>
    private void AddEntries(TopicEventBulkRequest request, IReadOnlyList<DeliveredEntry> entries)
    {
        foreach (var entry in entries)
        {
            try
            {
                request.Entries.Add(TopicEvents.Entry(entry));
            }
            catch (Exception e) when (e is FormatException or InvalidJsonException or InvalidProtocolBufferException)
            {
                LogNotConverted(e, entry.Event.Envelope["id"]?.ToString(), request.Topic);
            }
        }
    }

    private static DeliveryRefusedException Refused(RpcException failure, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested(); // a call that the sidecar has cancelled has no code of the app
        return new DeliveryRefusedException((int)failure.StatusCode, $"the app answered {failure.StatusCode}: {failure.Status.Detail}");
    }

    /// <exception cref="RpcException">gRPC cannot send a header; the status is that of grpc-go.</exception>
    private static Metadata Headers(InvocationCall call)
    {
        var headers = new Metadata();
        foreach (var (name, value) in call.Headers)
        {
            if (!IsTrace(name) && GrpcHeaders.Add(headers, name.ToLowerInvariant(), value) is { } problem)
            {
                throw new RpcException(new Status(StatusCode.Internal, problem));
            }
        }
        Trace(call).AddTo(headers);
        return headers;
    }

    /// <summary>The headers of the caller come before the span of the sidecar.</summary>
    private static TraceContext Trace(InvocationCall call) =>
        TraceContext.Parse(Header(call, TraceContext.ParentHeader), Header(call, TraceContext.StateHeader)) ?? call.Trace;

    private static string? Header(InvocationCall call, string name) =>
        call.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static bool IsTrace(string name) =>
        name.Equals(TraceContext.ParentHeader, StringComparison.OrdinalIgnoreCase)
        || name.Equals(TraceContext.StateHeader, StringComparison.OrdinalIgnoreCase)
        || name.Equals(TraceContext.BinaryHeader, StringComparison.OrdinalIgnoreCase);

    private static TopicSubscription Convert(Dapr.AppCallback.Autogen.Grpc.v1.TopicSubscription item)
    {
        var rules = item.Routes?.Rules.Select(rule => new EventRule(rule.Match, rule.Path)).ToList() ?? [];
        // A gRPC app without routes distinguishes topics by name; it gets every event under an empty path.
        var fallback =
            item.Routes?.Default is { Length: > 0 } path ? path
            : rules.Count > 0 ? null
            : "";
        var bulk = item.BulkSubscribe is { Enabled: true } wanted
            ? BulkSubscribe.Of(wanted.MaxMessagesCount, wanted.MaxAwaitDurationMs)
            : null;
        return new TopicSubscription(
            item.PubsubName,
            item.Topic,
            new EventRoute(rules, fallback),
            item.DeadLetterTopic is { Length: > 0 } topic ? topic : null,
            item.Metadata,
            bulk,
            SubscriptionKind.Programmatic
        );
    }

    [LoggerMessage(2310, LogLevel.Warning, "Event {EventId} of topic {Topic} can't be converted for a gRPC app; its bulk goes without it")]
    private partial void LogNotConverted(Exception failure, string? eventId, string topic);
}
