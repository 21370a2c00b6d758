using System.Text.Json;
using Dapr.Common;
using Dapr.Common.Serialization;
using Dapr.Workflow.Connection;
using Dapr.Workflow.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Workflow.Registration;

/// <summary>
/// Builds clients. In a container they share one connection unless another endpoint is chosen;
/// without one each client has a connection of its own and closes it when disposed.
/// </summary>
/// <param name="configuration">Where <c>DAPR_GRPC_ENDPOINT</c>, <c>DAPR_GRPC_PORT</c> and <c>DAPR_API_TOKEN</c> are read; else from the environment.</param>
public sealed class DaprWorkflowClientBuilder(IConfiguration? configuration = null)
    : DaprGenericClientBuilder<DaprWorkflowClient>(configuration)
{
    private IDaprSerializer? _serializer;
    private Func<IServiceProvider, IWorkflowSerializer>? _serializerFactory;
    private IServiceProvider? _services;
    private bool _isConfigured = true;

    public DaprWorkflowClientBuilder UseSerializer(IDaprSerializer serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        (_serializer, _serializerFactory) = (serializer, null);
        return this;
    }

    /// <summary>Only has effect in a container.</summary>
    public DaprWorkflowClientBuilder UseSerializer(Func<IServiceProvider, IWorkflowSerializer> serializerFactory)
    {
        ArgumentNullException.ThrowIfNull(serializerFactory);
        (_serializer, _serializerFactory) = (null, serializerFactory);
        return this;
    }

    public DaprWorkflowClientBuilder UseJsonSerializer(JsonSerializerOptions jsonOptions)
    {
        ArgumentNullException.ThrowIfNull(jsonOptions);
        return UseSerializer(new JsonDaprSerializer(jsonOptions));
    }

    /// <inheritdoc/>
    public override DaprWorkflowClient Build()
    {
        var shared = _services?.GetService<ClientHub>()?.Hub;
        var own = Connect(shared);
        return new DaprWorkflowClient(
            own ?? shared!,
            own is not null,
            Serializer(),
            _services?.GetService<ILoggerFactory>()?.CreateLogger<DaprWorkflowClient>() ?? NullLogger<DaprWorkflowClient>.Instance,
            _services?.GetService<TimeProvider>() ?? TimeProvider.System);
    }

    /// <param name="services">The container.</param>
    /// <param name="isConfigured">Whether the app's code had a hand in this builder, and so may have chosen an endpoint.</param>
    internal DaprWorkflowClientBuilder In(IServiceProvider services, bool isConfigured)
    {
        (_services, _isConfigured) = (services, isConfigured);
        return this;
    }

    // The base class tells its endpoint only through the channel it builds, so that channel shows whether another one was chosen.
    private TaskHub? Connect(TaskHub? shared)
    {
        if (shared is not null && !_isConfigured)
        {
            return null;
        }

        var (channel, http, _, apiToken) = BuildDaprClientDependencies(typeof(DaprWorkflowClient).Assembly);
        var isDefault = channel.Target == new Uri(DaprDefaults.GetDefaultGrpcEndpoint()).Authority;
        if (shared is not null && (isDefault || channel.Target == shared.Target))
        {
            channel.Dispose();
            http.Dispose();
            return null;
        }

        return new TaskHub(channel, apiToken, http);
    }

    private IDaprSerializer Serializer() =>
        _serializer
        ?? (_services is null ? null : _serializerFactory?.Invoke(_services) ?? _services.GetService<IDaprSerializer>())
        ?? new JsonDaprSerializer();
}
