using Sidecar.Logging;
using Sidecar.Yaml;

namespace Sidecar.CommandLine;

/// <summary>Why a sidecar can't be: each mistake with its place, then all of them in one line in daprd's words, which tools look
/// for.</summary>
internal static class FatalError
{
    public static void Say(DaprdLog log, string what, IReadOnlyList<YamlProblem> problems)
    {
        foreach (var problem in problems)
        {
            log.Say(LogLevel.Error, problem.ToString());
        }
        log.Say(LogLevel.Critical, $"Fatal error from runtime: {what}: {string.Join('\n', problems.Select(problem => problem.Message))}");
    }
}
