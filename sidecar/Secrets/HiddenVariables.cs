namespace Sidecar.Secrets;

/// <summary>Environment variables that neither components nor secret stores may read: those of Dapr itself, and the app token.</summary>
internal static class HiddenVariables
{
    public static bool Contain(string variable) =>
        variable.StartsWith("DAPR_", StringComparison.OrdinalIgnoreCase)
        || variable.Equals("APP_API_TOKEN", StringComparison.OrdinalIgnoreCase);
}
