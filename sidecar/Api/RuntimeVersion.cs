namespace Sidecar.Api;

/// <summary>The version of Dapr whose behaviour this sidecar follows; SDKs read it.</summary>
internal static class RuntimeVersion
{
    public const string Value = "1.18.3";
}
