using System.Globalization;

namespace Sidecar.Workflows.Dispatch;

/// <summary>Keys of work items, for workers that return no completion token.</summary>
internal static class WorkKeys
{
    public static string Turn(string instance) => "turn/" + instance;

    public static string Activity(string instance, int task) => string.Create(CultureInfo.InvariantCulture, $"activity/{task}/{instance}");
}
