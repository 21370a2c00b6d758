using Sidecar.Actors;
using Sidecar.Actors.Placement;

namespace Sidecar.Tests.Blocks;

public sealed class PlacementTests
{
    private static readonly ActorId[] Actors = [.. Enumerable.Range(0, 3000).Select(number => new ActorId("Counter", $"c{number}"))];

    [Fact]
    public void All_who_know_the_same_members_find_the_same_owner_whatever_their_order()
    {
        var (one, other) = (Members("a", "b", "c"), Members("c", "a", "b"));

        Assert.Equal(one.Version, other.Version);
        Assert.All(Actors, actor => Assert.Equal(one.OwnerOf(actor), other.OwnerOf(actor)));
    }

    [Fact]
    public void Members_own_about_the_same_number()
        => Assert.All(Actors.GroupBy(Members("17-9-20001", "17-9-20002", "18-9-20003").OwnerOf), owned => Assert.InRange(owned.Count(), 850, 1150));

    [Fact]
    public void Of_a_member_that_comes_only_its_own_actors_move()
    {
        var (before, after) = (Members("a", "b"), Members("a", "b", "c"));

        Assert.All(Actors, actor => Assert.True(after.OwnerOf(actor) == before.OwnerOf(actor) || after.OwnerOf(actor) == "c"));
        Assert.Contains(Actors, actor => after.OwnerOf(actor) == "c");
    }

    [Fact]
    public void A_type_is_owned_by_those_who_host_it()
    {
        var members = new Membership([("a", ["Counter"]), ("b", ["Counter", "Timer"])]);

        Assert.Equal("b", members.OwnerOf(new ActorId("Timer", "t")));
        Assert.Null(members.OwnerOf(new ActorId("Other", "o")));
        Assert.NotEqual(members.Version, Members("a", "b").Version);
    }

    [Fact]
    public void A_newcomer_serves_nothing_before_all_agree()
    {
        var joined = Rights.None("b").Towards(Members("a", "b"));
        var mine = Actors.First(joined.Owns);

        Assert.False(joined.Serves(mine));
        Assert.True(joined.Agreed(new HashSet<string>()).Serves(mine));
    }

    [Fact]
    public void What_stays_its_own_is_served_all_the_while()
    {
        var alone = Rights.None("a").Towards(Members("a")).Agreed(new HashSet<string>());
        var changing = alone.Towards(Members("a", "b"));

        Assert.All(Actors, actor => Assert.Equal(changing.Owns(actor), changing.Serves(actor)));
        Assert.Contains(Actors, changing.Serves);
    }

    [Fact]
    public void What_went_away_and_comes_back_waits_for_all_to_agree()
    {
        var alone = Rights.None("a").Towards(Members("a")).Agreed(new HashSet<string>());
        var back = alone.Towards(Members("a", "b")).Towards(Members("a"));
        var moved = Actors.First(actor => Members("a", "b").OwnerOf(actor) == "b");

        Assert.True(back.Owns(moved));
        Assert.False(back.Serves(moved));
        Assert.True(back.Agreed(new HashSet<string>()).Serves(moved));
    }

    [Fact]
    public void What_another_still_holds_is_waited_for_and_nothing_else()
    {
        var joined = Rights.None("b").Towards(Members("a", "b"));
        var (held, free) = (Actors.Where(joined.Owns).First(), Actors.Where(joined.Owns).Last());
        var agreed = joined.Agreed(new HashSet<string> { held.ToString() });

        Assert.False(agreed.Serves(held));
        Assert.True(agreed.Serves(free));
    }

    private static Membership Members(params string[] names) => new(names.Select(name => (name, (IReadOnlyList<string>)["Counter"])));
}
