using Dapr.Workflow;
using Grpc.Net.ClientFactory;
using Orders.Cancelling;
using Orders.Choreography;
using Orders.Rebuilding;
using Orders.Saga;
using ServiceDefaults;

namespace Orders;

/// <summary>
/// The workflows and activities that this service's worker runs. Names and payloads are stored format: running sagas refer to them.
/// </summary>
internal static class WorkflowRegistration
{
    public static IServiceCollection AddOrderWorkflows(this IServiceCollection services)
    {
        services.AddSingleton<IDaprWorkflowClient>(provider => provider.GetRequiredService<DaprWorkflowClient>());
        services
            .AddDaprWorkflowBuilder(options =>
            {
                options.RegisterWorkflow<OrderSaga>();
                options.RegisterWorkflow<CancelSaga>();
                options.RegisterWorkflow<ChoreographyWatchdog>(ChoreographyWatchdog.Name);
                options.RegisterActivity<CreateOrder>();
                options.RegisterActivity<CancelOrder>();
                options.RegisterActivity<ReserveInventory>();
                options.RegisterActivity<ReleaseInventory>();
                options.RegisterActivity<ProcessPayment>();
                options.RegisterActivity<RefundPayment>();
                options.RegisterActivity<ArrangeShipment>();
                options.RegisterActivity<CancelShipment>();
                options.RegisterActivity<ConfirmOrder>();
                options.RegisterActivity<RefuseCancellation>();
                options.RegisterActivity<AskForApproval>();
                options.RegisterActivity<RequireIntervention>();
                options.RegisterActivity<CheckOrder>(CheckOrder.Name);

                options.RegisterWorkflow<RebuildViews>();
                options.RegisterActivity<BeginRebuild>();
                options.RegisterActivity<RebuildChunk>();
                options.RegisterActivity<ShowRebuilt>();
            })
            .WithJsonSerializer(Json.Options);

        // The worker's channel carries 22 messages an order. Without a propagator no tracing handler wraps them; the package sends the
        // trace context itself.
        services.PostConfigureAll<GrpcClientFactoryOptions>(client =>
            client.ChannelOptionsActions.Add(channel =>
                channel.HttpHandler = new SocketsHttpHandler
                {
                    ActivityHeadersPropagator = null,
                    EnableMultipleHttp2Connections = true,
                    KeepAlivePingDelay = TimeSpan.FromSeconds(60),
                    KeepAlivePingTimeout = TimeSpan.FromSeconds(30),
                    PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
                    UseCookies = false,
                    UseProxy = false,
                }
            )
        );
        return services;
    }
}
