using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Sidecar.Api.Http;

namespace Sidecar.Api.Grpc;

/// <summary>Building blocks for which no component can be configured here: what daprd answers when none is.</summary>
internal partial class DaprService
{
    public virtual Task<InvokeBindingResponse> InvokeBinding(InvokeBindingRequest request, ServerCallContext context)
        => throw DaprErrors.OutputBinding(request.Name, MissingEndpoints.MissingBinding(request.Name, request.Operation));

    public virtual Task<TryLockResponse> TryLockAlpha1(TryLockRequest request, ServerCallContext context)
        => throw (request.ExpiryInSeconds <= 0 ? DaprErrors.LockExpiry(request.StoreName) : DaprErrors.LockStoresNotConfigured());

    public virtual Task<UnlockResponse> UnlockAlpha1(UnlockRequest request, ServerCallContext context) => throw DaprErrors.LockStoresNotConfigured();

    public virtual Task<GetConfigurationResponse> GetConfiguration(GetConfigurationRequest request, ServerCallContext context) => throw DaprErrors.ConfigurationStoresNotConfigured();

    public virtual Task<GetConfigurationResponse> GetConfigurationAlpha1(GetConfigurationRequest request, ServerCallContext context) => GetConfiguration(request, context);

    private static void BindMissing(ServiceBinderBase binder)
    {
        Unary<InvokeBindingRequest, InvokeBindingResponse>(binder, nameof(InvokeBinding));
        Unary<TryLockRequest, TryLockResponse>(binder, nameof(TryLockAlpha1));
        Unary<UnlockRequest, UnlockResponse>(binder, nameof(UnlockAlpha1));
        Unary<GetConfigurationRequest, GetConfigurationResponse>(binder, nameof(GetConfiguration));
        Unary<GetConfigurationRequest, GetConfigurationResponse>(binder, nameof(GetConfigurationAlpha1));
    }
}
