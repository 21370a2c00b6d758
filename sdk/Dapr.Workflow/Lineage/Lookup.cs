namespace Dapr.Workflow;

internal static class Lookup
{
    internal static bool Matches(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
