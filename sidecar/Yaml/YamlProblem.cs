namespace Sidecar.Yaml;

/// <summary>The consequence of a mistake, as in daprd; <c>--strict</c> makes all of them errors.</summary>
internal enum Severity
{
    /// <summary>daprd refuses to start.</summary>
    Error,

    /// <summary>daprd passes the whole document over.</summary>
    SkippedDocument,

    /// <summary>daprd ignores the field.</summary>
    IgnoredField,
}

/// <summary>A mistake in a file: its place, and the correct form.</summary>
internal sealed record YamlProblem(string File, int Line, string Message, Severity Severity = Severity.Error)
{
    /// <summary>The place of the mistake, for people.</summary>
    public string Elsewhere { get; init; } = "";

    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Message}{Elsewhere}" : $"{File}: {Message}{Elsewhere}";
}

/// <summary>All mistakes, so that one run shows them all.</summary>
internal sealed class InvalidConfigurationException(IReadOnlyList<YamlProblem> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    public InvalidConfigurationException(string file, int line, string message)
        : this([new YamlProblem(file, line, message)]) { }

    public IReadOnlyList<YamlProblem> Problems { get; } = problems;

    /// <summary>Throws if there is an error among <paramref name="problems"/>. Returns the others, to be logged; <paramref name="strict"/>
    /// leaves none.</summary>
    /// <exception cref="InvalidConfigurationException">With every mistake found, warnings included.</exception>
    public static IReadOnlyList<YamlProblem> ThrowIfAny(IEnumerable<YamlProblem> problems, bool strict)
    {
        var found = problems.Distinct().ToList(); // a file that several apps read is wrong for each of them, but worth one line
        return found.Exists(problem => strict || problem.Severity == Severity.Error)
            ? throw new InvalidConfigurationException(found)
            : found;
    }
}
