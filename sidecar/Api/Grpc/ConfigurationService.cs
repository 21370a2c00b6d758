using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.ConfigurationStores;
using Sidecar.Failures;
using static Sidecar.Api.Grpc.DaprService;
using ConfigurationItem = Dapr.Client.Autogen.Grpc.v1.ConfigurationItem;
using Item = Sidecar.ConfigurationStores.ConfigurationItem;

namespace Sidecar.Api.Grpc;

/// <summary>The configuration building block over gRPC.</summary>
[BindServiceMethod(typeof(ConfigurationService), nameof(Bind))]
internal class ConfigurationService
{
    public virtual async Task<GetConfigurationResponse> GetConfiguration(GetConfigurationRequest request, ServerCallContext context)
    {
        var items = await Of(context)
            .Blocks.ConfigurationItems.GetAsync(
                request.StoreName,
                new ConfigurationRequest(request.Keys, request.Metadata),
                context.CancellationToken
            );
        var response = new GetConfigurationResponse();
        foreach (var (key, item) in items)
        {
            response.Items[key] = Describe(item);
        }
        return response;
    }

    public virtual Task<GetConfigurationResponse> GetConfigurationAlpha1(GetConfigurationRequest request, ServerCallContext context) =>
        GetConfiguration(request, context);

    /// <summary>
    /// Sends the id in the first message and the changes in the following ones, until the caller cancels or unsubscribes.
    /// </summary>
    public virtual async Task SubscribeConfiguration(
        SubscribeConfigurationRequest request,
        IServerStreamWriter<SubscribeConfigurationResponse> responses,
        ServerCallContext context
    )
    {
        var api = Of(context).Blocks.ConfigurationItems;
        var stopping = Stopping(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        using var writing = new SemaphoreSlim(1);
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var keys = request.Keys.Order(StringComparer.Ordinal).ToList();
        var (id, ended) = await api.SubscribeAsync(
            request.StoreName,
            new ConfigurationRequest(keys, request.Metadata),
            NotifyAsync,
            opened.Task,
            isStream: true,
            context.CancellationToken
        );
        try
        {
            await responses.WriteAsync(new SubscribeConfigurationResponse { Id = id }, context.CancellationToken);
            opened.SetResult();
            await ended.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The sidecar ends, and the stream with it.
        }
        finally
        {
            opened.TrySetCanceled();
            await api.EndStreamAsync(id);
        }

        async Task NotifyAsync(string subscription, string key, Item item, CancellationToken _)
        {
            await writing.WaitAsync(context.CancellationToken);
            try
            {
                await responses.WriteAsync(
                    new SubscribeConfigurationResponse { Id = subscription, Items = { [key] = Describe(item) } },
                    context.CancellationToken
                );
            }
            finally
            {
                writing.Release();
            }
        }
    }

    public virtual Task SubscribeConfigurationAlpha1(
        SubscribeConfigurationRequest request,
        IServerStreamWriter<SubscribeConfigurationResponse> responses,
        ServerCallContext context
    ) => SubscribeConfiguration(request, responses, context);

    public virtual async Task<UnsubscribeConfigurationResponse> UnsubscribeConfiguration(
        UnsubscribeConfigurationRequest request,
        ServerCallContext context
    ) =>
        await Of(context).Blocks.ConfigurationItems.EndStreamAsync(request.Id)
            ? new UnsubscribeConfigurationResponse { Ok = true }
            : new UnsubscribeConfigurationResponse
            {
                Message = ConfigurationErrors.UnsubscribeFailed(request.Id, "subscription does not exist"),
            };

    public virtual Task<UnsubscribeConfigurationResponse> UnsubscribeConfigurationAlpha1(
        UnsubscribeConfigurationRequest request,
        ServerCallContext context
    ) => UnsubscribeConfiguration(request, context);

    private static ConfigurationItem Describe(Item item)
    {
        var described = new ConfigurationItem { Value = item.Value, Version = item.Version };
        described.Metadata.Add(new Dictionary<string, string>(item.Metadata));
        return described;
    }

    public static void Bind(ServiceBinderBase binder, ConfigurationService service)
    {
        foreach (var version in (string[])["", "Alpha1"])
        {
            Unary<GetConfigurationRequest, GetConfigurationResponse>(binder, nameof(GetConfiguration) + version);
            Unary<UnsubscribeConfigurationRequest, UnsubscribeConfigurationResponse>(binder, nameof(UnsubscribeConfiguration) + version);
            binder.AddMethod(
                ProtoMethod.Create<SubscribeConfigurationRequest, SubscribeConfigurationResponse>(
                    Name,
                    nameof(SubscribeConfiguration) + version,
                    MethodType.ServerStreaming
                ),
                (ServerStreamingServerMethod<SubscribeConfigurationRequest, SubscribeConfigurationResponse>?)null
            );
        }
    }
}
