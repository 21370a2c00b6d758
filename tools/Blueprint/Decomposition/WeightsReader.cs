using Sidecar.Yaml;

namespace Blueprint.Decomposition;

/// <summary>Reads the weights of the checklist; those that the description leaves out keep their defaults.</summary>
internal static class WeightsReader
{
    private const int HighestWeight = 100;

    public static Weights Read(YamlMap? map)
    {
        var defaults = new Weights();
        if (map is null)
        {
            return defaults;
        }
        var weights = new Weights
        {
            BusinessCapability = Optional(map, "businessCapability", defaults.BusinessCapability),
            AutonomousTeam = Optional(map, "autonomousTeam", defaults.AutonomousTeam),
            OwnData = Optional(map, "ownData", defaults.OwnData),
            EventualConsistency = Optional(map, "eventualConsistency", defaults.EventualConsistency),
            HighChangeFrequency = Optional(map, "highChangeFrequency", defaults.HighChangeFrequency),
            HighLoad = Optional(map, "highLoad", defaults.HighLoad),
            FreedomOfTechnology = Optional(map, "freedomOfTechnology", defaults.FreedomOfTechnology),
            TeamSize = Optional(map, "teamSize", defaults.TeamSize),
            Threshold = Optional(map, "threshold", defaults.Threshold),
            ChangesTogether = Optional(map, "changesTogether", defaults.ChangesTogether),
            ChangesDoubtful = Optional(map, "changesDoubtful", defaults.ChangesDoubtful),
            ChattyCalls = Optional(map, "chattyCalls", defaults.ChattyCalls),
        };
        map.WarnOfUnknownKeys();
        return weights;
    }

    private static int Optional(YamlMap map, string key, int fallback) =>
        map.Has(key) ? Fields.Required(map, key, 0, HighestWeight) : fallback;
}
