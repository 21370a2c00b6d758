using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Bindings;
using Sidecar.Http;
using Sidecar.Jobs;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Subscribing;
using Sidecar.Tracing;

namespace Sidecar.Apps;

/// <summary>The channel to an HTTP app. Paths and answers: Dapr docs, "Service-to-sidecar" reference and "Pub/sub API reference".</summary>
internal sealed class HttpAppChannel(AppClient client, AppOptions options) : IAppChannel
{
    /// <summary>The addresses of the routes of subscriptions and bindings, which are few.</summary>
    private readonly ConcurrentDictionary<string, Uri> routes = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<TopicSubscription>> GetSubscriptionsAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.Address, "/dapr/subscribe"));
        request.Headers.TryAddWithoutValidation("dapr-app-id", options.AppId);
        using var response = await client.SendAsync(request, cancellation);
        if (response.StatusCode != System.Net.HttpStatusCode.OK)
        {
            return [];
        }
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        return ProgrammaticSubscriptions.Parse(body);
    }

    public async Task<bool> ProbeAsync(CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.Address, options.AppHealthCheckPath));
            using var response = await client.ProbeAsync(request, cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false; // unreachable or too slow counts as unhealthy
        }
    }

    public async Task<InvocationReply> InvokeAsync(InvocationCall call, CancellationToken cancellation)
    {
        var url = AppPath.Resolve(client.Address, call.Method, call.QueryString);
        using var request = HttpCall.Request(call, url, client.Http2);
        using var response = await client.SendAsync(request, cancellation);
        return await HttpCall.ReplyAsync(response, cancellation);
    }

    public async Task<DeliveryStatus> DeliverAsync(DeliveredEvent delivered, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Route(delivered.Path));
        request.Content = WrittenContentType.Content(delivered.Body, CloudEvents.ContentType);
        MetadataHeaders.Add(request, delivered.Metadata, delivered.Trace);
        request.Headers.TryAddWithoutValidation(DeliveryMetadata.PubSubName, delivered.PubSub);
        using var response = await client.SendAsync(request, cancellation);
        var status = (int)response.StatusCode;
        if (status is < 200 or > 299)
        {
            return status == 404 ? DeliveryStatus.Undeliverable : throw new DeliveryRefusedException(status, $"the app answered {status}");
        }
        return EventAnswer.Read(await response.Content.ReadAsByteArrayAsync(cancellation));
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
        using var request = new HttpRequestMessage(HttpMethod.Post, Route(path));
        request.Content = WrittenContentType.Content(BulkEnvelope.Write(pubsub, topic, entries), "application/json");
        request.Headers.TryAddWithoutValidation(DeliveryMetadata.PubSubName, pubsub);
        trace.AddTo(request);
        using var response = await client.SendAsync(request, cancellation);
        var status = (int)response.StatusCode;
        if (status is < 200 or > 299)
        {
            return [.. entries.Select(_ => status == 404 ? DeliveryStatus.Ignored : DeliveryStatus.Retry)];
        }
        return EventAnswer.ReadMany(await response.Content.ReadAsByteArrayAsync(cancellation), entries);
    }

    /// <summary>True if the app answers OPTIONS for the route, or reports other verbs for it.</summary>
    public async Task<bool> TakesAsync(string name, string route, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, Route(route));
        request.Content = WrittenContentType.Content(default, "application/json");
        using var response = await client.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode || response.StatusCode == System.Net.HttpStatusCode.MethodNotAllowed;
    }

    public async Task<BindingAnswer> SendAsync(BindingEvent @event, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Route(@event.Route));
        request.Content = WrittenContentType.Content(@event.Data, "application/json");
        MetadataHeaders.Add(request, @event.Metadata, @event.Trace);
        using var response = await client.SendAsync(request, cancellation);
        return BindingAnswer.Of((int)response.StatusCode);
    }

    public async Task<JobOutcome> TriggerAsync(string name, Any? data, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, AppPath.Resolve(client.Address, $"job/{name.TrimStart('/')}", ""));
        request.Content = WrittenContentType.Content(JobData.Body(data), "application/json");
        using var response = await client.SendAsync(request, cancellation);
        return response.IsSuccessStatusCode ? JobOutcome.Done
            : response.StatusCode == System.Net.HttpStatusCode.NotFound ? JobOutcome.Refused
            : JobOutcome.Failed;
    }

    private Uri Route(string route) => routes.GetOrAdd(route, AppPath.OfRoute, client.Address);
}
