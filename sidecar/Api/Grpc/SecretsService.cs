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

    public virtual async Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context)
    {
        var secret = await Of(context).Blocks.Secrets.GetAsync(request.StoreName, request.Key, context.CancellationToken);
        var response = new GetSecretResponse();
        response.Data.Add(new Dictionary<string, string>(secret));
        return response;
    }

    public virtual async Task<GetBulkSecretResponse> GetBulkSecret(GetBulkSecretRequest request, ServerCallContext context)
    {
        var response = new GetBulkSecretResponse();
        foreach (var (name, values) in await Of(context).Blocks.Secrets.GetAllAsync(request.StoreName, context.CancellationToken))
        {
            var secret = new SecretResponse();
            secret.Secrets.Add(new Dictionary<string, string>(values));
            response.Data[name] = secret;
        }
        return response;
    }
}
