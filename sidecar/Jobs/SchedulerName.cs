using System.Text.RegularExpressions;

namespace Sidecar.Jobs;

/// <summary>
/// The key of a job or a reminder in Dapr's scheduler. Without <c>_ : -</c> and blanks, and in lower case, each of its parts has to be a
/// DNS subdomain. Names that the scheduler refuses are refused here too; otherwise an app would fail after a move to daprd.
/// </summary>
internal static partial class SchedulerName
{
    private const string Separator = "||";
    private const int MaxPartLength = 253;

    public static string OfJob(string space, string appId, string name) => string.Join(Separator, "app", space, appId, name);

    public static string OfReminder(string space, string type, string id, string name) =>
        string.Join(Separator, "actorreminder", space, type, id, name);

    /// <summary>The reason why the scheduler refuses <paramref name="key"/>, with its text; null if it is valid.</summary>
    public static string? Problem(string key)
    {
        var name = Ignored().Replace(key, "");
        foreach (var part in name.ToLowerInvariant().Split(Separator))
        {
            var problem = (part.Length > MaxPartLength, Subdomain().IsMatch(part)) switch
            {
                (true, true) => $"must be no more than {MaxPartLength} characters",
                (true, false) => $"must be no more than {MaxPartLength} characters, {NoSubdomain}",
                (false, false) => NoSubdomain,
                _ => null,
            };
            if (problem is not null)
            {
                return $"rpc error: code = Unknown desc = job name is invalid \"{name}\": {problem}";
            }
        }
        return null;
    }

    private const string Pattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

    private const string NoSubdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
        + $"alphanumeric character (e.g. 'example.com', regex used for validation is '{Pattern}')";

    [GeneratedRegex($@"\A{Pattern}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();

    [GeneratedRegex("[_: -]", RegexOptions.CultureInvariant)]
    private static partial Regex Ignored();
}
