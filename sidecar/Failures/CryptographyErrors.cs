using Grpc.Core;

namespace Sidecar.Failures;

/// <summary>Errors of the cryptography API.</summary>
internal static class CryptographyErrors
{
    public static DaprException ProvidersNotConfigured() =>
        new(new(500, StatusCode.Internal, "ERR_CRYPTO_PROVIDERS_NOT_CONFIGURED", "crypto providers not configured"));

    public static DaprException ProviderNotFound(string component) =>
        new(new(400, StatusCode.InvalidArgument, "ERR_CRYPTO_PROVIDER_NOT_FOUND", $"crypto provider {component} not found"));

    public static DaprException OperationFailed(string detail) =>
        new(new(500, StatusCode.Internal, "ERR_CRYPTO", $"failed to perform operation: {detail}"));
}
