using Sidecar.Yaml;

namespace Blueprint.Decomposition;

/// <summary>Reads a criteria file strictly: every mistake with its line, all of them at once.</summary>
internal static class CriteriaReader
{
    private const int LargestTeam = 1000;
    private const int HighestWeight = 100;

    /// <exception cref="InvalidConfigurationException">With every mistake found.</exception>
    public static Criteria Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new InvalidConfigurationException(file, 0, "the file does not exist; name a YAML file with candidates");
        }
        var problems = new List<YamlProblem>();
        var documents = YamlDocuments.Read(file, problems);
        if (documents is not [var document, ..])
        {
            throw problems.Count > 0 ? new InvalidConfigurationException(problems) : new InvalidConfigurationException(file, 1, "the file is empty; expected candidates, and weights if they are to differ");
        }
        var weights = ReadWeights(document.Map("weights"));
        var items = document.Maps("candidates");
        if (items.Count == 0)
        {
            document.Report("candidates", "'candidates' is missing or empty: name at least one part of the business");
        }
        document.WarnOfUnknownKeys();
        var candidates = items.Select(ReadCandidate).OfType<Candidate>().ToList();
        foreach (var twin in candidates.GroupBy(candidate => candidate.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            document.Report("candidates", $"candidate '{twin.Key}' is there twice; names are unique");
        }
        return problems.Count == 0 ? new Criteria(weights, candidates) : throw new InvalidConfigurationException(problems);
    }

    private static Candidate? ReadCandidate(YamlMap map)
    {
        var name = map.RequiredText("name", "what the candidate is called");
        // A capability that nobody can name is an answer as well, so the field may be left out.
        var capability = map.Text("businessCapability") ?? "";
        var team = map.Map("team");
        if (team is null)
        {
            map.Report("team", "'team' is missing: give size and autonomous");
        }
        var size = Required(team, "size", 0, LargestTeam);
        var autonomous = Required(team, "autonomous");
        team?.WarnOfUnknownKeys();
        var consistency = Required(map, "strongConsistency");
        var changes = Frequency(map);
        var scalability = OneOf(map, "scalability");
        var technology = Required(map, "otherTechnology");
        map.WarnOfUnknownKeys();
        return name is null ? null : new Candidate(name, capability, size, autonomous, consistency, changes, scalability, technology);
    }

    private static Weights ReadWeights(YamlMap? map)
    {
        var usual = new Weights();
        if (map is null)
        {
            return usual;
        }
        var weights = new Weights
        {
            BusinessCapability = Optional(map, "businessCapability", usual.BusinessCapability),
            AutonomousTeam = Optional(map, "autonomousTeam", usual.AutonomousTeam),
            EventualConsistency = Optional(map, "eventualConsistency", usual.EventualConsistency),
            HighChangeFrequency = Optional(map, "highChangeFrequency", usual.HighChangeFrequency),
            FreedomOfTechnology = Optional(map, "freedomOfTechnology", usual.FreedomOfTechnology),
            TeamSize = Optional(map, "teamSize", usual.TeamSize),
            Threshold = Optional(map, "threshold", usual.Threshold),
        };
        map.WarnOfUnknownKeys();
        return weights;
    }

    private static int Optional(YamlMap map, string key, int usual) => map.Has(key) ? Required(map, key, 0, HighestWeight) : usual;

    private static int Required(YamlMap? map, string key, int least, int most)
    {
        if (map is null)
        {
            return 0;
        }
        var missing = !map.Has(key);
        if (map.Number(key) is { } number)
        {
            if (number < least || number > most)
            {
                map.Report(key, $"'{key}' must be from {least} to {most}, not {number}");
            }
            return number;
        }
        if (missing)
        {
            map.Report(key, $"'{key}' is missing: a whole number from {least} to {most}");
        }
        return 0;
    }

    private static bool Required(YamlMap? map, string key)
    {
        if (map is not null && !map.Has(key))
        {
            map.Report(key, $"'{key}' is missing: true or false");
        }
        return map?.Flag(key) ?? false;
    }

    private static ChangeFrequency Frequency(YamlMap map) => OneOf(map, "changeFrequency") switch { "high" => ChangeFrequency.High, "medium" => ChangeFrequency.Medium, _ => ChangeFrequency.Low };

    private static string OneOf(YamlMap map, string key)
    {
        var text = map.Text(key);
        if (text is not ("high" or "medium" or "low"))
        {
            map.Report(key, text is null ? $"'{key}' is missing: high, medium or low" : $"'{key}' must be high, medium or low, not '{text}'");
        }
        return text ?? "low";
    }
}
