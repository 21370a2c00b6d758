using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Go;
using Sidecar.PubSub.Subscribing;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>Metadata and shutdown over gRPC.</summary>
[BindServiceMethod(typeof(MetadataService), nameof(Bind))]
internal class MetadataService
{
    public static void Bind(ServiceBinderBase binder, MetadataService service)
    {
        Unary<GetMetadataRequest, GetMetadataResponse>(binder, nameof(GetMetadata));
        Unary<SetMetadataRequest, Empty>(binder, nameof(SetMetadata));
        Unary<ShutdownRequest, Empty>(binder, nameof(Shutdown));
    }

    public virtual Task<GetMetadataResponse> GetMetadata(GetMetadataRequest request, ServerCallContext context)
    {
        var sidecar = Of(context);
        var response = new GetMetadataResponse
        {
            Id = sidecar.Options.AppId,
            RuntimeVersion = RuntimeVersion.Value,
            AppConnectionProperties = Connection(sidecar.Options),
            ActorRuntime = Actors(sidecar),
        };
#pragma warning disable CS0612 // the older name, which clients still read
        response.ActiveActorsCount.AddRange(response.ActorRuntime.ActiveActors);
#pragma warning restore CS0612
        response.Workflows = new MetadataWorkflows { ConnectedWorkers = ActorRuntimeInfo.Workers(sidecar) };
        response.EnabledFeatures.AddRange(sidecar.Configuration.Features);
        response.ExtendedMetadata.Add(new Dictionary<string, string>(sidecar.ExtendedMetadata));
        response.ExtendedMetadata["daprRuntimeVersion"] = RuntimeVersion.Value;
        foreach (var component in sidecar.ReportedComponents)
        {
            var registered = new RegisteredComponents
            {
                Name = component.Resource.Name,
                Type = component.Resource.Type,
                Version = component.Resource.Version,
            };
            registered.Capabilities.AddRange(component.Capabilities);
            response.RegisteredComponents.Add(registered);
        }
        response.HttpEndpoints.AddRange(sidecar.Endpoints.Select(endpoint => new MetadataHTTPEndpoint { Name = endpoint.Name }));
        response.Resiliencies.AddRange(sidecar.Policies.Names.Select(name => new MetadataResiliency { Name = name }));
        response.Subscriptions.AddRange(sidecar.Blocks.Subscriptions.Current.Select(Describe));
        return Task.FromResult(response);
    }

    public virtual Task<Empty> SetMetadata(SetMetadataRequest request, ServerCallContext context)
    {
        if (request.Key.Length > 0)
        {
            Of(context).ExtendedMetadata[request.Key] = request.Value;
        }
        return Task.FromResult(new Empty());
    }

    public virtual Task<Empty> Shutdown(ShutdownRequest request, ServerCallContext context)
    {
        ShutdownRequests.Take(context.GetHttpContext());
        return Task.FromResult(new Empty());
    }

    private static AppConnectionProperties Connection(AppOptions options) =>
        new()
        {
            Port = options.AppPort,
            Protocol = options.AppProtocol,
            ChannelAddress = options.AppChannelAddress,
            MaxConcurrency = Math.Max(0, options.MaxConcurrency),
            Health = options.AppHealthCheck
                ? new AppConnectionHealthProperties
                {
                    HealthCheckPath = options.AppIsGrpc ? "" : options.AppHealthCheckPath,
                    HealthProbeInterval = GoDuration.Text(options.AppHealthProbeInterval),
                    HealthProbeTimeout = GoDuration.Text(options.AppHealthProbeTimeout),
                    HealthThreshold = options.AppHealthThreshold,
                }
                : null,
        };

    private static ActorRuntime Actors(IAppSidecar sidecar)
    {
        if (!ActorRuntimeInfo.IsRunning(sidecar))
        {
            return new ActorRuntime { RuntimeStatus = ActorRuntime.Types.ActorRuntimeStatus.Initializing };
        }
        var runtime = new ActorRuntime
        {
            RuntimeStatus = ActorRuntime.Types.ActorRuntimeStatus.Running,
            HostReady = ActorRuntimeInfo.IsHostReady(sidecar),
            Placement = "placement: connected",
        };
        runtime.ActiveActors.AddRange(
            ActorRuntimeInfo.ActiveActors(sidecar).Select(type => new ActiveActorsCount { Type = type.Type, Count = type.Count })
        );
        return runtime;
    }

    private static PubsubSubscription Describe(TopicSubscription subscription)
    {
        var described = new PubsubSubscription
        {
            PubsubName = subscription.PubSub,
            Topic = subscription.Topic,
            DeadLetterTopic = subscription.DeadLetterTopic ?? "",
            Rules = new PubsubSubscriptionRules(),
            Type = subscription.Kind switch
            {
                SubscriptionKind.Programmatic => PubsubSubscriptionType.Programmatic,
                SubscriptionKind.Declarative => PubsubSubscriptionType.Declarative,
                _ => PubsubSubscriptionType.Streaming,
            },
        };
        described.Metadata.Add(new Dictionary<string, string>(subscription.Metadata));
        described.Rules.Rules.AddRange(
            subscription.Route.Described.Select(rule => new PubsubSubscriptionRule { Match = rule.Match, Path = rule.Path })
        );
        return described;
    }
}
