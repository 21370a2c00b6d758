using Grpc.Core;
using Sidecar.Api.Http;
using Sidecar.Apps;

namespace Sidecar.Api.Grpc;

/// <summary>
/// Dapr's gRPC service, of which each building block has a class. Their methods are found by name; a method that is bound in none of them
/// answers UNIMPLEMENTED.
/// </summary>
internal static class DaprService
{
    public const string Name = "dapr.proto.runtime.v1.Dapr";

    public static IServiceCollection AddDaprService(this IServiceCollection services) =>
        services
            .AddSingleton<ActorsService>()
            .AddSingleton<BindingsService>()
            .AddSingleton<ConfigurationService>()
            .AddSingleton<ConversationService>()
            .AddSingleton<CryptographyService>()
            .AddSingleton<InvocationService>()
            .AddSingleton<JobsService>()
            .AddSingleton<LocksService>()
            .AddSingleton<MetadataService>()
            .AddSingleton<PubSubService>()
            .AddSingleton<SecretsService>()
            .AddSingleton<StateService>()
            .AddSingleton<WorkflowsService>();

    public static void MapDaprService(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ActorsService>();
        routes.MapGrpcService<BindingsService>();
        routes.MapGrpcService<ConfigurationService>();
        routes.MapGrpcService<ConversationService>();
        routes.MapGrpcService<CryptographyService>();
        routes.MapGrpcService<InvocationService>();
        routes.MapGrpcService<JobsService>();
        routes.MapGrpcService<LocksService>();
        routes.MapGrpcService<MetadataService>();
        routes.MapGrpcService<PubSubService>();
        routes.MapGrpcService<SecretsService>();
        routes.MapGrpcService<StateService>();
        routes.MapGrpcService<WorkflowsService>();
    }

    /// <summary>Binds a method. The gRPC server binds with a null service to list the methods; it finds their code by name.</summary>
    public static void Unary<TRequest, TResponse>(ServiceBinderBase binder, string method)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new() =>
        binder.AddMethod(ProtoMethod.Create<TRequest, TResponse>(Name, method), (UnaryServerMethod<TRequest, TResponse>?)null);

    /// <summary>
    /// Reads the next message of a stream until the caller or the sidecar ends it: an open stream must not delay the shutdown.
    /// </summary>
    public static async Task<bool> NextAsync<T>(IAsyncStreamReader<T> messages, ServerCallContext context)
    {
        var stopping = Stopping(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            return await messages.MoveNext(either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    public static CancellationToken Stopping(ServerCallContext context) =>
        context.GetHttpContext().RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    /// <summary>The sidecar that is called.</summary>
    public static IAppSidecar Of(ServerCallContext context) => context.GetHttpContext().Sidecar();
}
