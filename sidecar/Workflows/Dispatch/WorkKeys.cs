using System.Globalization;

namespace Sidecar.Workflows.Dispatch;

/// <summary>Names of work, for workers that send no completion token back.</summary>
internal static class WorkKeys
{
    public static string Turn(string instance) => "turn/" + instance;

    public static string Activity(string instance, int task) => string.Create(CultureInfo.InvariantCulture, $"activity/{task}/{instance}");
}
