using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>The secrets building block over gRPC.</summary>
[BindServiceMethod(typeof(SecretsService), nameof(Bind))]
internal class SecretsService
{
    public static void Bind(ServiceBinderBase binder, SecretsService service)
    {
        Unary<GetSecretRequest, GetSecretResponse>(binder, nameof(GetSecret));
        Unary<GetBulkSecretRequest, GetBulkSecretResponse>(binder, nameof(GetBulkSecret));
    }

    public virtual Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context)
    {
        var response = new GetSecretResponse();
        response.Data.Add(new Dictionary<string, string>(Of(context).Blocks.Secrets.Get(request.StoreName, request.Key)));
        return Task.FromResult(response);
    }

    public virtual Task<GetBulkSecretResponse> GetBulkSecret(GetBulkSecretRequest request, ServerCallContext context)
    {
        var response = new GetBulkSecretResponse();
        foreach (var (name, values) in Of(context).Blocks.Secrets.GetAll(request.StoreName))
        {
            var secret = new SecretResponse();
            secret.Secrets.Add(new Dictionary<string, string>(values));
            response.Data[name] = secret;
        }
        return Task.FromResult(response);
    }
}
