using System.Collections.Concurrent;
using System.Threading.Channels;
using Conformance.Running;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conformance.Apps;

/// <summary>The behaviour that a test sets for a gRPC app, and the calls that the app received.</summary>
public sealed class GrpcAppState
{
    public ListTopicSubscriptionsResponse Subscriptions { get; } = new();

    /// <summary>Called before subscriptions are listed.</summary>
    public Action<ServerCallContext> OnList { get; set; } = _ => { };

    public Func<InvokeRequest, ServerCallContext, InvokeResponse> OnInvoke { get; set; } =
        (request, _) => new InvokeResponse { Data = request.Data, ContentType = request.ContentType };

    public ConcurrentDictionary<string, Func<TopicEventRequest, TopicEventResponse>> OnEvent { get; } = new();

    public Channel<(TopicEventRequest Event, Metadata Headers)> Events { get; } = Channel.CreateUnbounded<(TopicEventRequest, Metadata)>();

    /// <summary>The input bindings that the app handles.</summary>
    public ListInputBindingsResponse Bindings { get; } = new();

    public Func<BindingEventRequest, BindingEventResponse> OnBinding { get; set; } = _ => new BindingEventResponse();

    public Func<TopicEventBulkRequest, TopicEventBulkResponse> OnBulk { get; set; } =
        request =>
        {
            var response = new TopicEventBulkResponse();
            response.Statuses.AddRange(request.Entries.Select(entry => new TopicEventBulkResponseEntry { EntryId = entry.EntryId }));
            return response;
        };

    public Channel<(TopicEventBulkRequest Bulk, Metadata Headers)> Bulks { get; } =
        Channel.CreateUnbounded<(TopicEventBulkRequest, Metadata)>();

    public Channel<JobEventRequest> Jobs { get; } = Channel.CreateUnbounded<JobEventRequest>();

    public Channel<(InvokeRequest Request, Metadata Headers)> Calls { get; } = Channel.CreateUnbounded<(InvokeRequest, Metadata)>();

    public async Task<(TopicEventRequest Event, Metadata Headers)> NextEventAsync() =>
        await Events.Reader.ReadAsync().AsTask().OrFail("the gRPC app got no event");

    public async Task<(TopicEventBulkRequest Bulk, Metadata Headers)> NextBulkAsync() =>
        await Bulks.Reader.ReadAsync().AsTask().OrFail("the gRPC app got no bulk");
}

/// <summary>An app that implements Dapr's callback service.</summary>
public sealed class GrpcApp : IAsyncDisposable
{
    private readonly WebApplication web;

    private GrpcApp(WebApplication web, int port, GrpcAppState state) => (this.web, PortNumber, State) = (web, port, state);

    public int PortNumber { get; }

    public GrpcAppState State { get; }

    public static async Task<GrpcApp> StartAsync(Action<GrpcAppState>? prepare = null)
    {
        var port = Port.Free();
        var state = new GrpcAppState();
        prepare?.Invoke(state);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(state);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port, listen => listen.Protocols = HttpProtocols.Http2));
        var web = builder.Build();
        web.MapGrpcService<Callback>();
        web.MapGrpcService<Echo>();
        await web.StartAsync();
        return new GrpcApp(web, port, state);
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private sealed class Callback(GrpcAppState state) : AppCallback.AppCallbackBase
    {
        public override Task<InvokeResponse> OnInvoke(InvokeRequest request, ServerCallContext context)
        {
            state.Calls.Writer.TryWrite((request, context.RequestHeaders));
            return Task.FromResult(state.OnInvoke(request, context));
        }

        public override Task<JobEventResponse> OnJobEvent(JobEventRequest request, ServerCallContext context)
        {
            state.Jobs.Writer.TryWrite(request);
            return Task.FromResult(new JobEventResponse());
        }

        public override Task<ListTopicSubscriptionsResponse> ListTopicSubscriptions(Empty request, ServerCallContext context)
        {
            state.OnList(context);
            return Task.FromResult(state.Subscriptions);
        }

        public override Task<TopicEventResponse> OnTopicEvent(TopicEventRequest request, ServerCallContext context)
        {
            state.Events.Writer.TryWrite((request, context.RequestHeaders));
            return Task.FromResult(state.OnEvent.TryGetValue(request.Topic, out var answer) ? answer(request) : new TopicEventResponse());
        }

        public override Task<ListInputBindingsResponse> ListInputBindings(Empty request, ServerCallContext context) =>
            Task.FromResult(state.Bindings);

        public override Task<BindingEventResponse> OnBindingEvent(BindingEventRequest request, ServerCallContext context) =>
            Task.FromResult(state.OnBinding(request));

        public override Task<TopicEventBulkResponse> OnBulkTopicEvent(TopicEventBulkRequest request, ServerCallContext context)
        {
            state.Bulks.Writer.TryWrite((request, TextHeaders(context)));
            return Task.FromResult(state.OnBulk(request));
        }

        /// <summary>Without binary headers: a bulk of daprd can have one that gRPC for .NET can't read.</summary>
        private static Metadata TextHeaders(ServerCallContext context)
        {
            var headers = new Metadata();
            foreach (var (name, value) in context.GetHttpContext().Request.Headers)
            {
                if (!name.StartsWith(':') && !name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase))
                {
                    headers.Add(name, value.ToString());
                }
            }
            return headers;
        }
    }
}
