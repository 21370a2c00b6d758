using System.Text.Json;
using Dapr.Common.Serialization;
using Dapr.Workflow.Connection;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Replay;
using Dapr.Workflow.Serialization;
using Dapr.Workflow.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Dapr.Workflow;

/// <summary>Adds worker and client of workflows to a host. Several calls add up: one worker runs what all of them register.</summary>
public static class WorkflowServiceCollectionExtensions
{
    public static IServiceCollection AddDaprWorkflow(this IServiceCollection services) => services.AddDaprWorkflow(_ => { });

    /// <param name="services">The host's services.</param>
    /// <param name="configure">Registers workflows and activities.</param>
    /// <param name="lifetime">Of <see cref="DaprWorkflowClient"/>.</param>
    public static IServiceCollection AddDaprWorkflow(
        this IServiceCollection services, Action<WorkflowRuntimeOptions> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddDaprWorkflowBuilder(configure, null, lifetime).Services;
    }

    /// <inheritdoc cref="AddDaprWorkflow(IServiceCollection, Action{WorkflowRuntimeOptions}, ServiceLifetime)"/>
    /// <param name="services">The host's services.</param>
    /// <param name="configureRuntime">Registers workflows and activities.</param>
    /// <param name="configureClient">Applies to each client that is built.</param>
    /// <param name="lifetime">Of <see cref="DaprWorkflowClient"/>.</param>
    public static DaprWorkflowBuilder AddDaprWorkflowBuilder(
        this IServiceCollection services,
        Action<WorkflowRuntimeOptions>? configureRuntime,
        Action<IServiceProvider, DaprWorkflowClientBuilder>? configureClient = null,
        ServiceLifetime lifetime = ServiceLifetime.Singleton)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (!Enum.IsDefined(lifetime))
        {
            throw new ArgumentOutOfRangeException(nameof(lifetime), lifetime, "Invalid service lifetime");
        }

        var options = new WorkflowRuntimeOptions();
        configureRuntime?.Invoke(options);
        services.AddSingleton(options);
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDaprSerializer>(provider =>
            (IDaprSerializer?)provider.GetService<IWorkflowSerializer>() ?? new JsonDaprSerializer());
        services.TryAddSingleton<IWorkflowsFactory>(Factory);
        services.TryAddSingleton(Hub);
        services.TryAddSingleton(provider => new ClientHub(Hub(provider)));
        services.TryAddSingleton<TurnRunner>();
        services.TryAddSingleton<ActivityRunner>();
        services.TryAddSingleton<CompletionSender>();
        services.TryAddSingleton<Dispatcher>();
        services.TryAddSingleton<WorkStream>();
        services.AddHostedService<WorkflowWorker>();
        services.Add(new ServiceDescriptor(typeof(DaprWorkflowClient), provider => Client(provider, configureClient), lifetime));
        return new DaprWorkflowBuilder(services);
    }

    private static WorkflowsFactory Factory(IServiceProvider services)
    {
        var factory = new WorkflowsFactory(services.GetRequiredService<ILogger<WorkflowsFactory>>());
        foreach (var options in services.GetServices<WorkflowRuntimeOptions>())
        {
            WorkflowAutoRegistry.Apply(options);
            options.ApplyRegistrations(factory);
        }

        return factory;
    }

    private static TaskHub Hub(IServiceProvider services)
    {
        var configuration = services.GetService<IConfiguration>();
        var limits = services.GetRequiredService<IOptions<MessageSizes>>().Value;
        var channel = services.GetServices<WorkflowRuntimeOptions>().LastOrDefault(options => options.GrpcChannelOptions is not null)?.GrpcChannelOptions;

        // gRPC's own default of 4 MiB in user options can't be told from a wish for 4 MiB; both apply.
        return TaskHub.Connect(
            DaprDefaults.GetDefaultGrpcEndpoint(configuration),
            DaprDefaults.GetDefaultDaprApiToken(configuration),
            new MessageSizes { Receive = limits.Receive ?? channel?.MaxReceiveMessageSize, Send = limits.Send ?? channel?.MaxSendMessageSize });
    }

    private static DaprWorkflowClient Client(IServiceProvider services, Action<IServiceProvider, DaprWorkflowClientBuilder>? configure)
    {
        var builder = new DaprWorkflowClientBuilder(services.GetService<IConfiguration>()).In(services, configure is not null);
        configure?.Invoke(services, builder);
        return builder.Build();
    }

    public readonly struct DaprWorkflowBuilder : IDaprWorkflowBuilder
    {
        internal DaprWorkflowBuilder(IServiceCollection services) => Services = services;

        public IServiceCollection Services { get; }

        /// <summary>For the worker and for clients that choose none of their own.</summary>
        public DaprWorkflowBuilder WithSerializer(IDaprSerializer serializer)
        {
            ArgumentNullException.ThrowIfNull(serializer);
            Services.Replace(ServiceDescriptor.Singleton(serializer));
            return this;
        }

        /// <summary>Largest messages in bytes; null leaves a limit as it is. Without limits, the default, messages may be of any size.</summary>
        /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
        public DaprWorkflowBuilder WithGrpcMessageSizeLimits(int? maxReceiveMessageSize = null, int? maxSendMessageSize = null)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(maxReceiveMessageSize ?? 1, 1, nameof(maxReceiveMessageSize));
            ArgumentOutOfRangeException.ThrowIfLessThan(maxSendMessageSize ?? 1, 1, nameof(maxSendMessageSize));
            Services.Configure<MessageSizes>(sizes =>
            {
                sizes.Receive = maxReceiveMessageSize ?? sizes.Receive;
                sizes.Send = maxSendMessageSize ?? sizes.Send;
            });
            return this;
        }

        /// <inheritdoc cref="WithSerializer(IDaprSerializer)"/>
        public DaprWorkflowBuilder WithSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
        {
            ArgumentNullException.ThrowIfNull(serializerFactory);
            Services.Replace(ServiceDescriptor.Singleton<IDaprSerializer>(serializerFactory));
            return this;
        }

        /// <inheritdoc cref="WithSerializer(IDaprSerializer)"/>
        public DaprWorkflowBuilder WithJsonSerializer(JsonSerializerOptions jsonOptions)
        {
            ArgumentNullException.ThrowIfNull(jsonOptions);
            return WithSerializer(new JsonDaprSerializer(jsonOptions));
        }
    }
}
